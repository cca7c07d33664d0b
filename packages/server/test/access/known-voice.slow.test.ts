import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VOICE_CONSENT } from '../../src/access/voice-consent.js';
import { connectOptedIn, silence, type Client } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak } from '../support/speech.js';
import { until } from '../support/until.js';
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

  test('whoever enrolled is named in their sessions, and nobody is where they are absent', async () => {
    expect((await enrol(server, JOE, 'Dr. Joe')).status).toBe(201);
    const client = await open(server);
    // On a slow machine voices may be shed, which are then heard with what is said next.
    for (let times = 0; namesOf(client).length === 0 && times < 10; times++)
      await say(client, 'dictation/joe_s002');
    await stop(client);
    expect(client.all('speakers').at(-1)?.speakers).toEqual([
      { speaker: 0, name: 'Dr. Joe', suggestedRole: 'clinician' },
    ]);

    const others = await open(server);
    for (const clip of [JFK, READER]) await say(others, clip);
    await stop(others);
    expect(others.all('transcription').length).toBeGreaterThan(1);
    expect(namesOf(others)).toEqual([]);

    expect((await fetch(voiceOf(server), { method: 'DELETE' })).status).toBe(204);
    const after = await open(server);
    await say(after, 'dictation/joe_s002');
    await stop(after);
    expect(namesOf(after)).toEqual([]);
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

/** Begins a session for two people. */
async function open({ url }: RealServer): Promise<Client> {
  const client = await connectOptedIn(url);
  client.send({ type: 'configure', speakers: 2 });
  await client.next('ready');
  return client;
}

/** Speaks a clip as fast as it was spoken, and waits for its text. */
async function say(client: Client, clip: string): Promise<void> {
  const finals = client.all('transcription').length;
  await speak(client, await spoken([clip]), 1);
  await until(() => client.all('transcription').length > finals);
}

async function stop(client: Client): Promise<void> {
  client.send({ type: 'stop' });
  await client.next('stopped');
}

/** The names of everybody who was ever named. */
function namesOf(client: Client): readonly string[] {
  return client.all('speakers').flatMap(({ speakers }) => speakers.flatMap(({ name }) => name ?? []));
}

async function spoken(clips: readonly string[]): Promise<Buffer> {
  const speech = await Promise.all(clips.map((clip) => loadSpeech(clip)));
  return Buffer.concat(speech.flatMap(({ pcm }) => [pcm, silence(0.2)]));
}
