import { beforeAll, describe, expect, test } from 'vitest';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { wordErrorRate } from '../../../server/test/support/speech.js';
import {
  createTranscriber,
  type Segment,
  type TranscriberOptions,
  type TranscriberState,
} from '../../src/node.js';
import { atRate, inChunks, spoken } from '../support/spoken.js';

describe('with the real server and the real model', () => {
  let server: RealServer;

  beforeAll(async () => {
    server = await spawnRealServer(
      ...['--workers', '1', '--max-final-delay-seconds', '600', '--worker-timeout-seconds', '120'],
    );
    return () => {
      server.signal('SIGKILL');
    };
  });

  test('PCM becomes text, with a state for each phase', async () => {
    const speech = await spoken('jfk/jfk');
    const states: TranscriberState['kind'][] = [];
    const partials: Segment[] = [];
    const finals: Segment[] = [];
    const transcriber = createTranscriber({ url: server.url, words: true });
    transcriber.on('state', ({ kind }) => states.push(kind));
    transcriber.on('partial', (segment) => partials.push(segment));
    transcriber.on('final', (segment) => finals.push(segment));

    await transcriber.start(inChunks(speech.samples, 1600));
    const transcript = await transcriber.stop();

    expect(wordErrorRate(speech.text, transcript.text)).toBeLessThan(0.1);
    expect(transcript).toMatchObject({ complete: true, lostSeconds: 0, segments: finals });
    expect(transcript.durationSeconds).toBeCloseTo(speech.samples.length / 16_000, 3);
    expect(finals.map(({ sequence }) => sequence)).toEqual(finals.map((_, index) => index));
    expect(finals.flatMap(({ words }) => words?.map(({ text }) => text)).join(' ')).toBe(transcript.text);
    expect(states).toEqual(['starting', 'listening', 'stopping', 'stopped']);
  });

  test('PCM of 44.1 kHz becomes the same text', async () => {
    const speech = await spoken('jfk/jfk');
    const transcriber = createTranscriber({ url: server.url });
    await transcriber.start(inChunks(atRate(speech.samples, 16_000, 44_100), 4410), { sampleRate: 44_100 });
    const transcript = await transcriber.stop();
    expect(wordErrorRate(speech.text, transcript.text)).toBeLessThan(0.1);
    expect(transcript.durationSeconds).toBeCloseTo(speech.samples.length / 16_000, 2);
  });

  test('two channels are transcribed separately', async () => {
    const [left, right] = [await spoken('jfk/jfk'), await spoken('librispeech/1998-15444-0006')];
    const both = new Int16Array(left.samples.length * 2);
    left.samples.forEach((sample, index) => (both[index * 2] = sample));
    right.samples.forEach((sample, index) => (both[index * 2 + 1] = sample));
    const transcriber = createTranscriber({ url: server.url, channels: 2 });
    await transcriber.start(inChunks(both, 3201));
    const { segments } = await transcriber.stop();
    const textOf = (channel: number) =>
      segments.flatMap((segment) => (segment.channel === channel ? [segment.text] : [])).join(' ');
    expect(wordErrorRate(left.text, textOf(0))).toBeLessThan(0.2);
    expect(wordErrorRate(right.text, textOf(1))).toBeLessThan(0.2);
  });

  test('key terms are written as listed, and only in sessions that list them', async () => {
    const { samples } = await spoken('dictation/joe_s001');
    const hear = async (options: TranscriberOptions): Promise<string> => {
      const transcriber = createTranscriber({ url: server.url, lexicon: 'none', ...options });
      await transcriber.start(inChunks(samples, 1600));
      return (await transcriber.stop()).text;
    };
    expect(await hear({})).not.toMatch(/metoprolol/i);
    expect(await hear({ keyTerms: ['apixaban', { text: 'MetoPROLOL', weight: 1.5 }] })).toContain(
      'MetoPROLOL',
    );
    expect(await hear({ lexicon: 'medical' })).toContain('metoprolol');
  });

  test('an unknown language fails the start', async () => {
    const transcriber = createTranscriber({ url: server.url, language: 'de' });
    await expect(transcriber.start(inChunks(new Int16Array(16_000), 1600))).rejects.toMatchObject({
      code: 'unsupported_language',
    });
    expect(transcriber.state).toMatchObject({ kind: 'failed', problem: { code: 'unsupported_language' } });
    await expect(transcriber.stop()).rejects.toMatchObject({ code: 'unsupported_language' });
  });
});
