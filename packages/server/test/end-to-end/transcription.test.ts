import { beforeAll, describe, expect, test } from 'vitest';
import { MISPLACED_RESUME, connect } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, transcriptOf, wordErrorRate, type Speech } from '../support/speech.js';

/** Clear read speech comes out word by word; a model that hears nothing, or another clip, is far off. */
const CLEAR_SPEECH_WER = 0.15;

let speech: Speech;
let server: RealServer;
beforeAll(async () => {
  speech = await loadSpeech('jfk/jfk');
  server = await spawnRealServer();
  return () => server.signal('SIGKILL');
});

describe('real speech through the socket', () => {
  test('reaches a client that knows only the original messages', async () => {
    const client = await connect(server.url);
    await speak(client, speech.pcm.subarray(0, speech.pcm.length / 4), 4);
    const data = Buffer.from(speech.pcm.subarray(speech.pcm.length / 4)).toString('base64');
    client.send({ type: 'audio', data, sampleRate: 16000 });
    client.send({ type: 'stop' });
    client.send(MISPLACED_RESUME);
    await client.next('error');

    expect(wordErrorRate(speech.text, transcriptOf(client))).toBeLessThan(CLEAR_SPEECH_WER);
    expect(new Set(client.messages.map(({ type }) => type))).toEqual(
      new Set(['connection', 'transcription', 'error']),
    );
    const finals = client.all('transcription');
    expect(finals.every(({ isFinal }) => isFinal)).toBe(true);
    expect(finals.map(({ sequence }) => sequence)).toEqual(finals.map((_, index) => index));
  });
});
