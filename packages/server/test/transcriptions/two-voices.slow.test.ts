import { afterAll, beforeAll, expect, test } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { runCli } from '../cli/run-cli.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { clipFile, ended, result, submit } from '../support/upload.js';

/** The beginning of an interview: a doctor asks, and a patient answers. */
const INTERVIEW = 'medical/MSK0001-opening.flac';

let server: RealServer;
beforeAll(async () => {
  server = await spawnRealServer('--workers', '1');
});
afterAll(() => {
  server.signal('SIGKILL');
});

/** Milliseconds: four minutes of speech are heard, by one process. */
const LONGEST = 300_000;

/** Who says something, by the lines of a text; undefined if it is not in the words of one. */
function whoSays(text: string, words: RegExp): string | undefined {
  return text
    .split('\n')
    .find((line) => words.test(line))
    ?.split(':')[0];
}

function expectInterview(text: string): void {
  const doctor = whoSays(text, /what brings you to the emergency department/iu);
  const patient = whoSays(text, /unloading groceries/iu);
  expect(doctor).toBe('Speaker 1');
  expect(patient).toBe('Speaker 2');
  for (const line of text.trim().split('\n')) expect(line).toMatch(/^Speaker [12]: \S/u);
}

test(
  'an uploaded interview is told apart, in every format and for clients of Deepgram',
  async () => {
    const { id } = await submit(server.url, await clipFile(INTERVIEW), { speakers: '2', hearings: '2' });
    expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
    expectInterview(await (await result(server.url, id, '?format=text')).text());
    const vtt = await (await result(server.url, id, '?format=vtt')).text();
    expect(vtt).toContain('<v Speaker 1>');
    expect(vtt).toContain('<v Speaker 2>');
    expectInterview(await (await fetch(`${server.url}/api/v1/sessions/${id}/export?format=text`)).text());

    const answer = await fetch(`${server.url}/v1/listen?diarize=true&speakers=2`, {
      method: 'POST',
      body: await clipFile(INTERVIEW),
      headers: { 'content-type': 'audio/flac' },
    });
    const { results } = (await answer.json()) as {
      results: {
        channels: [{ alternatives: [{ words: { speaker?: number; speaker_confidence?: number }[] }] }];
      };
    };
    const { words } = results.channels[0].alternatives[0];
    expect(new Set(words.map(({ speaker }) => speaker))).toEqual(new Set([0, 1]));
    for (const { speaker_confidence: sure = -1 } of words) expect(sure).toBeGreaterThanOrEqual(0);
  },
  LONGEST,
);

test(
  'auscult transcribe --speakers tells them apart',
  async () => {
    const { status, stdout, stderr } = await runCli(['transcribe', '--speakers', '2', clipPath(INTERVIEW)]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expectInterview(stdout);
  },
  LONGEST,
);

test('auscult transcribe --speakers does not take what it cannot hear again', async () => {
  const { status, stderr } = await runCli(['transcribe', '--speakers', '2', '-']);
  expect(status).toBe(2);
  expect(stderr).toContain('Leave --speakers out, or name a file.');
});
