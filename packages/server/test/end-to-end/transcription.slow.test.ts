import { beforeAll, describe, expect, test } from 'vitest';
import { connect, connectOptedIn } from '../support/client.js';
import { expectHeardAfterSilence } from '../support/heard-after-silence.js';
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
  test('reaches a client that opted in while it is spoken, without flicker', async () => {
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

  test('is recorded to its end when its client closes right after it', async () => {
    const client = await connect(server.url);
    // The last word, without the second of silence behind it.
    await speak(client, speech.pcm.subarray(0, -32_000), 2);
    client.socket.close(1000);
    await client.closed;
    const text = await recorded(server.url, /your country\W*$/i);
    expect(wordErrorRate(speech.text, text)).toBeLessThan(CLEAR_SPEECH_WER);
  });

  test('keeps two channels apart', async () => {
    const other = await loadSpeech('librispeech/367-130732-0001');
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', channels: 2 });
    await speak(client, interleave(speech.pcm, other.pcm), 8);
    client.send({ type: 'stop' });
    await client.next('stopped');
    for (const [channel, text] of [speech.text, other.text].entries()) {
      const finals = client
        .all('transcription')
        .filter((message) => message.isFinal && message.channel === channel);
      expect(wordErrorRate(text, finals.map((final) => final.text).join(' '))).toBeLessThan(0.3);
    }
  });

  test(
    'is recognised after ten minutes of silence, at its time in the stream',
    { timeout: 300_000 },
    async () => {
      await expectHeardAfterSilence(server.url, speech, 10);
    },
  );
});

/** The text of the newest record, as soon as it ends so. */
async function recorded(url: string, end: RegExp): Promise<string> {
  for (;;) {
    const { sessions } = (await (await fetch(`${url}/api/v1/sessions`)).json()) as {
      sessions: { id: string }[];
    };
    const exported = await fetch(
      `${url}/api/v1/sessions/${sessions[0]?.id ?? ''}/export?format=text&version=live`,
    );
    const text = await exported.text();
    if (end.test(text)) return text;
  }
}

function interleave(left: Uint8Array, right: Uint8Array): Uint8Array {
  const [a, b] = [left, right].map((pcm) => new Int16Array(pcm.slice().buffer));
  const stereo = Int16Array.from({ length: left.length }, (_, at) => (at % 2 === 0 ? a : b)?.[at >> 1] ?? 0);
  return new Uint8Array(stereo.buffer);
}
