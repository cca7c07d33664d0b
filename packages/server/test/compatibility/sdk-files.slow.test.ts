import { readFile } from 'node:fs/promises';
import { DeepgramClient } from '@deepgram/sdk';
import { createClient } from 'deepgram-sdk-4';
import OpenAI6, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clipPath, readClips } from '../../../asr/test/clips/clips.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { wordErrorRate } from '../support/speech.js';

/** A sentence in every kind of file that browsers and recorders make, and what is said in it. */
const SENTENCE = 'librivox/sense_and_sensibility_01_austen_64kb-0880';
const FILES = [
  'librivox/sense_and_sensibility_01_austen_64kb-0880.flac',
  'containers/speech.mp3',
  'containers/speech.opus',
  'containers/speech.ogg',
  'containers/speech.webm',
  'containers/mu-law.wav',
];
const LONG = 'jfk/jfk';

/** The newest version of the SDK asks for Node 22. */
const isNode22 = Number(process.versions.node.split('.')[0]) >= 22;

let server: RealServer;
beforeAll(async () => {
  server = await spawnRealServer('--workers', '1');
});
afterAll(() => {
  server.signal('SIGKILL');
});

describe.each([
  { version: '6', open: () => Promise.resolve(OpenAI6), isSkipped: false },
  {
    version: '7',
    open: async () => (await import('openai-7')).default as unknown as typeof OpenAI6,
    isSkipped: !isNode22,
  },
])('openai $version', ({ version, open, isSkipped }) => {
  const runs = test.skipIf(isSkipped);
  const reason = isSkipped ? `: Node ${process.versions.node} is older than openai ${version} asks for` : '';

  async function client(): Promise<OpenAI6> {
    const OpenAI = await open();
    return new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'any', maxRetries: 0 });
  }

  runs(`reads files of every kind${reason}`, async () => {
    const { audio } = await client();
    for (const path of FILES) {
      const file = await toFile(await readFile(clipPath(path)), 'audio');
      const { text } = await audio.transcriptions.create({ file, model: 'gpt-4o-transcribe' });
      expect([path, wordErrorRate(textOf(SENTENCE), text)]).toEqual([path, 0]);
    }
  });

  runs(`reads every format of answer, and streams the same text${reason}`, async () => {
    const { audio } = await client();
    const file = await toFile(await readFile(clipPath(`${LONG}.flac`)), 'jfk.flac');
    const order = { file, model: 'whisper-1' };
    const said = textOf(LONG);
    const { text } = await audio.transcriptions.create(order);
    expect(wordErrorRate(said, text)).toBeLessThan(0.1);
    const verbose = await audio.transcriptions.create({
      ...order,
      response_format: 'verbose_json',
      timestamp_granularities: ['segment', 'word'],
    });
    expect(verbose.segments?.map((segment) => segment.text).join('')).toBe(` ${verbose.text}`);
    expect(verbose.words?.length).toBeGreaterThan(15);
    expect(JSON.stringify(verbose)).not.toContain('null');
    for (const response_format of ['text', 'srt', 'vtt'] as const) {
      const written = await audio.transcriptions.create({ ...order, response_format });
      expect(written).toContain('country');
      expect(written).toMatch(/\n$/);
    }
    let deltas = '';
    let done: string | undefined;
    for await (const event of await audio.transcriptions.create({ ...order, stream: true })) {
      if (event.type === 'transcript.text.delta') deltas += event.delta;
      if (event.type === 'transcript.text.done') done = event.text;
    }
    expect(deltas).toBe(done);
    expect(wordErrorRate(said, deltas)).toBeLessThan(0.1);
  });
});

test('@deepgram/sdk 5 reads files of every kind', async () => {
  const client = new DeepgramClient({ apiKey: 'any', baseUrl: server.url, maxRetries: 0 });
  for (const path of FILES) {
    const answer = await client.listen.v1.media.transcribeFile(await readFile(clipPath(path)), {
      model: 'nova-3',
      smart_format: true,
    });
    const heard = 'results' in answer ? answer.results.channels[0]?.alternatives?.[0]?.transcript : undefined;
    expect([path, wordErrorRate(textOf(SENTENCE), heard ?? '')]).toEqual([path, 0]);
  }
});

test('@deepgram/sdk 4 reads a file', async () => {
  const client = createClient('any', { global: { url: server.url } });
  const recording = await readFile(clipPath(`${LONG}.flac`));
  const { result } = await client.listen.prerecorded.transcribeFile(recording, { utterances: true });
  const { alternatives = [] } = result?.results.channels[0] ?? {};
  expect(wordErrorRate(textOf(LONG), alternatives[0]?.transcript ?? '')).toBeLessThan(0.1);
  expect(result?.results.utterances?.length).toBeGreaterThan(0);
});

function textOf(id: string): string {
  return readClips().find((clip) => clip.id === id)?.text ?? '';
}
