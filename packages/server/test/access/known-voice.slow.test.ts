import type { SpeakersMessage, TranscriptionMessage, Word } from '@auscult/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VOICE_CONSENT } from '../../src/access/voice-consent.js';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech } from '../support/speech.js';
import { SPEECH_WAVE, waveFile } from '../support/wave.js';

const JOE = ['dictation/joe_s001', 'dictation/joe_s002', 'dictation/joe_s003', 'dictation/joe_venkataraman'];
const JFK = 'jfk/jfk';
const READER = 'librispeech/1089-134686-0000';

const TIMEOUT_MS = 600_000;

describe('with real speech', { timeout: TIMEOUT_MS }, () => {
  let server: RealServer;

  beforeAll(async () => {
    server = await spawnRealServer('--voice-enrolment', '--workers', '1');
  }, TIMEOUT_MS);

  afterAll(() => {
    server.signal('SIGKILL');
  });

  test('a recording of a moment, of two people, or of noise enrols nobody', async () => {
    expect(await refusalOf(server, [READER])).toEqual({ code: 'voice_too_short', field: 'file' });
    expect(await refusalOf(server, [READER, JFK])).toEqual({ code: 'voice_not_one', field: 'file' });
    expect(await refusalOf(server, Array<string>(5).fill('noise/pink'))).toEqual({
      code: 'voice_too_short',
      field: 'file',
    });
    expect(await (await fetch(voiceOf(server))).json()).not.toHaveProperty('voice');
  });

  test('whoever enrolled is named from the first word, and nobody else is', async () => {
    expect((await enrol(server, JOE, 'Dr. Joe')).status).toBe(201);

    const present = await hold(server, ['dictation/joe_s002', READER, 'dictation/joe_s003']);
    const [first] = present.finals;
    expect(first?.speaker).toBe(0);
    expect(new Set(first?.words?.map(({ speaker }) => speaker))).toEqual(new Set([0]));
    expect(present.speakers).toContainEqual(
      expect.objectContaining({ speaker: 0, name: 'Dr. Joe', suggestedRole: 'clinician' }),
    );
    expect(present.speakers.filter(({ name }) => name !== undefined)).toHaveLength(1);
    const read = present.words.filter(({ text }) => /stew|turnips|carrots|potatoes|mutton/i.test(text));
    expect(read.length).toBeGreaterThan(2);
    for (const { speaker } of read) expect(speaker).toBe(1);

    const absent = await hold(server, [JFK, READER]);
    expect(absent.finals.length).toBeGreaterThan(0);
    expect(absent.speakers.filter(({ name }) => name !== undefined)).toEqual([]);

    expect((await fetch(voiceOf(server), { method: 'DELETE' })).status).toBe(204);
    const deleted = await hold(server, ['dictation/joe_s002']);
    expect(deleted.speakers.filter(({ name }) => name !== undefined)).toEqual([]);
    expect(server.output()).not.toContain('Dr. Joe');
  });
});

function voiceOf({ url }: RealServer): string {
  return `${url}/api/v1/account/voice`;
}

async function enrol(server: RealServer, clips: readonly string[], name?: string): Promise<Response> {
  const form = new FormData();
  form.append('file', new Blob([waveFile(SPEECH_WAVE, await spoken(clips))]), 'me.wav');
  form.append('consent', VOICE_CONSENT.version);
  if (name !== undefined) form.append('name', name);
  return fetch(voiceOf(server), { method: 'POST', body: form });
}

async function refusalOf(server: RealServer, clips: readonly string[]): Promise<object> {
  const { error } = (await (await enrol(server, clips)).json()) as { error: { code: string; field: string } };
  return { code: error.code, field: error.field };
}

/** Says the clips in a session for two people, and returns the finals as they came, and who was known at its end. */
async function hold(server: RealServer, clips: readonly string[]) {
  const client: Client = await connectOptedIn(server.url);
  client.send({ type: 'configure', speakers: 2, words: true });
  await client.next('ready');
  for (const clip of clips) {
    client.send(await spoken([clip]));
    client.send(silence(1));
  }
  client.send({ type: 'stop' });
  await client.next('stopped');
  const finals = client.all('transcription').filter(({ isFinal }) => isFinal);
  return {
    finals,
    words: wordsAtLast(finals, client.all('speakers')),
    speakers: client.all('speakers').at(-1)?.speakers ?? [],
  };
}

/** All words, with who said them as far as it was known at the end. */
function wordsAtLast(
  finals: readonly TranscriptionMessage[],
  changes: readonly SpeakersMessage[],
): readonly Word[] {
  const revised = changes.flatMap((change) => change.revised);
  return finals.flatMap(({ sequence, words = [] }) =>
    words.map((word, at) => {
      const last = revised.findLast(
        (revision) => revision.sequence === sequence && revision.words[0] <= at && at <= revision.words[1],
      );
      return last ? { ...word, speaker: last.speaker } : word;
    }),
  );
}

async function spoken(clips: readonly string[]): Promise<Buffer> {
  const speech = await Promise.all(clips.map((clip) => loadSpeech(clip)));
  return Buffer.concat(speech.flatMap(({ pcm }) => [pcm, silence(0.2)]));
}
