import { beforeAll, describe, expect, test } from 'vitest';
import { MISPLACED_RESUME, connect, connectOptedIn, silence } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, speak, transcriptOf, wordErrorRate, wordsOf, type Speech } from '../support/speech.js';

/** Clear read speech comes out word by word; a model that hears nothing, or another clip, is far off. */
const CLEAR_SPEECH_WER = 0.15;
/** An hour with `npm run test:all`. */
const SILENT_MINUTES = process.env['AUSCULT_TEST_ALL'] === '1' ? 60 : 10;

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

  test('is in the record to its end, where its client closes right behind it', async () => {
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

  test('is heard after a long silence, at its place in the stream', { timeout: 300_000 }, async () => {
    const client = await connectOptedIn(server.url);
    const halfMinute = silence(30);
    for (let half = 0; half < 2 * SILENT_MINUTES; half++) client.send(halfMinute);
    client.send(speech.pcm);
    client.send({ type: 'stop' });
    const stopped = await client.next('stopped');
    expect(stopped.audioSeconds).toBeCloseTo(60 * SILENT_MINUTES + speech.seconds, 1);
    const finals = client.all('transcription').filter(({ isFinal }) => isFinal);
    expect(finals[0]?.start).toBeGreaterThan(60 * SILENT_MINUTES - 0.5);
    expect(finals[0]?.start).toBeLessThan(60 * SILENT_MINUTES + 2);
    expect(wordErrorRate(speech.text, transcriptOf(client))).toBeLessThan(CLEAR_SPEECH_WER);
  });
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
