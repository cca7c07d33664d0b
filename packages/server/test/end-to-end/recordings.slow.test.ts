import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectOptedIn, silence } from '../support/client.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';
import { loadSpeech, transcriptOf, wordErrorRate, wordsOf, type Speech } from '../support/speech.js';
import { clipFile, ended, listed, remove, result, submit } from '../support/upload.js';

/** Clear read speech comes out word by word; a model that hears nothing, or another clip, is far off. */
const CLEAR_SPEECH_WER = 0.15;

let speech: Speech;
let server: RealServer;
let spool: string;
beforeAll(async () => {
  speech = await loadSpeech('jfk/jfk');
  spool = await mkdtemp(join(tmpdir(), 'auscult-spool-'));
  server = await spawnRealServer('--workers', '1', '--spool-directory', spool);
  return async () => {
    server.signal('SIGKILL');
    await rm(spool, { recursive: true });
  };
});

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Result {
  readonly text: string;
  readonly segments: readonly {
    readonly start: number;
    readonly end: number;
    readonly words: readonly Span[];
  }[];
}

describe('real speech in a file', () => {
  test('becomes text with words and subtitles', async () => {
    const { id } = await submit(server.url, await clipFile('jfk/jfk.flac'), { words: 'true' });
    expect(await ended(server.url, id)).toMatchObject({ status: 'done', audioSeconds: 11, damaged: false });
    const { text, segments } = (await (await result(server.url, id)).json()) as Result;
    expect(wordErrorRate(speech.text, text)).toBeLessThan(CLEAR_SPEECH_WER);
    expect(segments[0]?.words.length).toBeGreaterThan(3);
    const vtt = await (await result(server.url, id, '?format=vtt')).text();
    expect(wordsOf(vtt)).toEqual(expect.arrayContaining(['fellow', 'americans', 'country']));
  });

  test('that is heard four times has segments and words in order that do not overlap', async () => {
    const fields = { words: 'true', hearings: '4', writtenForm: 'on', dictationCommands: 'on' };
    const { id } = await submit(server.url, await clipFile('jfk/jfk.flac'), fields);
    expect(await ended(server.url, id)).toMatchObject({ status: 'done' });
    const { segments } = (await (await result(server.url, id)).json()) as Result;
    expect(segments.length).toBeGreaterThan(1);
    expectInOrder(segments);
    expectInOrder(segments.flatMap(({ words }) => words));
    for (const { start, end, words } of segments)
      expect([start, end]).toEqual([words[0]?.start, words.at(-1)?.end]);
  });

  test('can be cancelled while it is transcribed, and the server goes on', async () => {
    const { id } = await submit(server.url, await clipFile('medical/MSK0001-opening.flac'));
    expect((await remove(server.url, id)).status).toBe(204);
    expect(await ended(server.url, id)).toMatchObject({ status: 'cancelled' });
    const next = await submit(server.url, await clipFile());
    expect(await ended(server.url, next.id)).toMatchObject({ status: 'done' });
  });

  test('leaves neither its words nor its name in the log', async () => {
    const { id } = await submit(server.url, await clipFile('jfk/jfk.flac'));
    await ended(server.url, id);
    expect(server.output()).toContain('transcription ended');
    expect(server.output()).not.toMatch(/Jane Doe|americans/i);
    // No file but the one that names the folder.
    expect(await readdir(spool, { recursive: true })).toEqual(['jobs', join('jobs', 'place')]);
  });
});

describe('a live session of real speech', () => {
  test('is transcribed again after its stop, and its finals stay as they are', async () => {
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', refine: 'on-stop' });
    client.send(silence(2));
    client.send(speech.pcm);
    client.send({ type: 'stop' });
    const { refinement } = await client.next('stopped');
    const live = transcriptOf(client);
    const refined = await client.next('refined');
    expect(refined.id).toBe(refinement?.id);
    expect(refined.audioSeconds).toBeCloseTo(speech.seconds + 2, 2);
    expect(wordErrorRate(speech.text, refined.text)).toBeLessThan(CLEAR_SPEECH_WER);
    const [first] = client.all('transcription').filter(({ isFinal }) => isFinal);
    expect(Math.abs((refined.segments[0]?.start ?? 0) - (first?.start ?? 0))).toBeLessThan(1);
    expect(transcriptOf(client)).toBe(live);
    client.socket.close();
  });

  test('that ends without a stop is transcribed again, and can be fetched afterwards', async () => {
    const client = await connectOptedIn(server.url);
    client.send({ type: 'configure', refine: 'on-stop' });
    client.send(speech.pcm);
    client.send({ type: 'finalize' });
    await client.next('speech');
    const [ready] = client.all('ready');
    client.socket.close();
    const find = async () =>
      (await listed(server.url)).find(({ sessionId }) => sessionId === ready?.sessionId)?.id;
    let id = await find();
    while (id === undefined) id = await find();
    expect(await ended(server.url, id)).toMatchObject({ status: 'done', origin: 'session' });
    const { text } = (await (await result(server.url, id)).json()) as Result;
    expect(wordErrorRate(speech.text, text)).toBeLessThan(CLEAR_SPEECH_WER);
  });
});

function expectInOrder(spans: readonly Span[]): void {
  for (const [index, { start, end }] of spans.entries()) {
    expect(start).toBeGreaterThanOrEqual(spans[index - 1]?.end ?? 0);
    expect(end).toBeGreaterThanOrEqual(start);
  }
}
