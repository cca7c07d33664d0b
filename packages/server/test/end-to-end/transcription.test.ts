import { beforeAll, describe, expect, test } from 'vitest';
import { MISPLACED_RESUME, connect, connectOptedIn } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, transcriptOf, wordErrorRate, wordsOf, type Speech } from '../support/speech.js';

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

  test('reaches a client that opted in as it is spoken, without words that flicker', async () => {
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', words: true });
    await speak(client, speech.pcm, 1);
    client.send({ type: 'stop' });
    const stopped = await client.next('stopped');

    const all = client.all('transcription');
    const finals = all.filter(({ isFinal }) => isFinal);
    expect(wordErrorRate(speech.text, transcriptOf(client))).toBeLessThan(CLEAR_SPEECH_WER);
    expect(all.findIndex(({ isFinal }) => !isFinal)).toBe(0);
    for (const [index, partial] of all.entries()) {
      const before = all
        .slice(0, index)
        .findLast(({ sequence, isFinal }) => !isFinal && sequence === partial.sequence);
      if (before && !partial.isFinal)
        expect(wordsOf(partial.text).join(' ')).toContain(wordsOf(before.text).join(' '));
    }
    for (const { words = [], start, end, text } of finals) {
      expect(words.map((word) => word.text).join(' ')).toBe(text);
      expect(words[0]?.start).toBeGreaterThanOrEqual(start);
      expect(words.at(-1)?.end).toBeLessThanOrEqual(end);
    }
    expect(stopped.audioSeconds).toBeCloseTo(speech.seconds, 1);
    expect(stopped.utterances).toBe(finals.length);
    expect(client.all('speech').map(({ state }) => state)).toContain('started');
  });
});
