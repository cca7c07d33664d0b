import {
  openRecording,
  transcribeByVote,
  transcribeRecording,
  type FinalHypothesis,
  type PcmEncoding,
} from '@auscult/asr';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clipPath } from '../clips/clips.js';
import { expectOrderly } from '../support/expect-orderly.js';
import { encodePcm, listen, transcribe, type Listening } from '../support/listening.js';
import { startRealRecognizer, type RealRecognizer } from '../support/real-recognizer.js';
import {
  atRate,
  conversation,
  join,
  loadAllSpeech,
  loadSpeech,
  silence,
  wordErrorRate,
  wordsOf,
  type Speech,
} from '../support/speech.js';

/** Voice activity decides in frames. */
const FRAME_SECONDS = 0.032;

/**
 * Words that may come out otherwise when the same audio is heard at another pace, as a share of all. Not none: how
 * far a window was encoded in advance, during a pause, depends on the time there was for it.
 */
const CHANGED_BY_PACE = 0.1;

let real: RealRecognizer;
let clip: Speech;
beforeAll(async () => {
  real = await startRealRecognizer({ workers: 2 });
  clip = await loadSpeech('librivox/sense_and_sensibility_01_austen_64kb-0880');
});
afterAll(() => real.close());

describe('the clock of a stream', { timeout: 180_000 }, () => {
  const rates = [8_000, 16_000, 44_100, 48_000];
  const formats = rates.flatMap((rate) => [
    [rate, 's16le' as const],
    [rate, 'f32le' as const],
  ]) as [number, PcmEncoding][];

  test.each(formats)('is exact to the sample at %i Hz in %s', async (sampleRate, encoding) => {
    const samples = join([silence(1), clip.samples]);
    const expected = await transcribe(real.recognizer, samples);
    const listening = listen(real.recognizer, { sampleRate, encoding });
    const input = atRate(samples, sampleRate);
    feed(listening, encodePcm(input, encoding), 4 * 441);
    await listening.live.flush();

    expectOrderly(listening);
    expect(listening.live.receivedSeconds).toBe(Math.ceil((input.length * 16_000) / sampleRate) / 16_000);
    expect(wordErrorRate(clip.text, listening.text())).toBeLessThan(0.4);
    expect(
      Math.abs((listening.finals[0]?.start ?? 0) - (expected.finals[0]?.start ?? 1)),
    ).toBeLessThanOrEqual(FRAME_SECONDS + 1e-6);
  });

  test('does not drift', async () => {
    const period = 20;
    const rate = 44_100;
    const turn = join([clip.samples, silence(period - clip.samples.length / 16_000)]);
    const listening = listen(real.recognizer, { sampleRate: rate, encoding: 's16le' });
    const input = encodePcm(atRate(join(Array.from({ length: 4 }, () => turn)), rate), 's16le');
    feed(listening, input, 2 * 441);
    await listening.live.flush();
    const starts = listening.finals.map(({ start }) => start);
    expect(starts).toHaveLength(4);
    for (const [index, start] of starts.slice(1).entries()) {
      expect(Math.abs(start - (index + 1) * period - (starts[1] ?? 0) + period)).toBeLessThanOrEqual(
        2 * FRAME_SECONDS,
      );
    }
  });

  test('goes on through flushes and changes of the sample rate', async () => {
    const { live } = listen(real.recognizer, { encoding: 's16le' });
    let expected = 0;
    for (const [rate, samples] of [
      [16_000, 12_345],
      [48_000, 4_801],
      [8_000, 801],
      [44_100, 10_007],
    ] as const) {
      live.push(encodePcm(new Float32Array(samples), 's16le'), rate);
      await live.flush();
      expected += Math.ceil((samples * 16_000) / rate);
      expect(live.receivedSeconds).toBe(expected / 16_000);
      expect(live.settledSeconds).toBeLessThanOrEqual(live.receivedSeconds);
    }
    live.close();
  });
});

describe('a stream', { timeout: 180_000 }, () => {
  test('has the same utterances and nearly the same words however it is cut', async () => {
    const { samples } = conversation(
      await loadAllSpeech([
        'librispeech/3331-159605-0003',
        'librispeech/367-130732-0001',
        'dictation/joe_s003',
      ]),
      0.7,
    );
    const whole = await transcribe(real.recognizer, samples);
    expect(wordsOf(whole.text()).length).toBeGreaterThan(25);
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 50_000 })), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (chunks) => {
        const listening = listen(real.recognizer);
        let settled = 0;
        for (let at = 0, turn = 0; at < samples.length; turn++) {
          const size = chunks[turn % chunks.length] ?? 1;
          listening.live.push(encodePcm(samples.subarray(at, at + size), 'f32le'));
          at += size;
          if (turn % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
          expect(listening.live.settledSeconds).toBeGreaterThanOrEqual(settled);
          expect(listening.live.settledSeconds).toBeLessThanOrEqual(listening.live.receivedSeconds);
          settled = listening.live.settledSeconds;
        }
        await listening.live.flush();
        expectOrderly(listening);
        expect(spans(listening)).toEqual(spans(whole));
        expect(wordErrorRate(whole.text(), listening.text())).toBeLessThanOrEqual(CHANGED_BY_PACE);
        expect(listening.live.settledSeconds).toBe(listening.live.receivedSeconds);
        expect(listening.live.pendingSeconds).toBe(0);
        listening.live.close();
      }),
      { numRuns: 4 },
    );
  });

  test('is cut by a flush at the very sample, and goes on there', async () => {
    const at = 1.6;
    const listening = listen(real.recognizer);
    listening.live.push(encodePcm(clip.samples.subarray(0, at * 16_000), 'f32le'));
    await listening.live.flush();
    expect(listening.finals.at(-1)?.end).toBe(at);
    const before = listening.finals.length;
    listening.live.push(encodePcm(clip.samples.subarray(at * 16_000), 'f32le'));
    await listening.live.flush();
    expect(listening.finals[before]?.start).toBe(at);
    expectOrderly(listening);
  });

  test('may be flushed twice, and goes on afterwards', async () => {
    const listening = listen(real.recognizer);
    for (const turn of [1, 2]) {
      listening.live.push(encodePcm(clip.samples, 'f32le'));
      await Promise.all([listening.live.flush(), listening.live.flush()]);
      await listening.live.flush();
      expect(listening.finals).toHaveLength(turn);
    }
    expectOrderly(listening);
    expect(listening.finals[1]?.start).toBeGreaterThanOrEqual(clip.samples.length / 16_000);
    expect(listening.live.speechSeconds).toBeGreaterThan(4);
  });

  test('may be flushed without audio', async () => {
    const { live, finals, speech } = listen(real.recognizer);
    await live.flush();
    live.push(new Uint8Array(0));
    await live.flush();
    expect([finals, speech]).toEqual([[], []]);
    expect(live.receivedSeconds).toBe(0);
  });

  test('calls no listener from within a push', async () => {
    let pushing = false;
    const calls: boolean[] = [];
    const call = () => calls.push(pushing);
    const options = {
      sampleRate: 16_000,
      encoding: 'f32le',
      partials: true,
      endpointingMs: 300,
      maxUtteranceSeconds: 15,
      contextSeconds: 20,
    } as const;
    const live = real.recognizer.openLive(options, { onFinal: call, onPartial: call, onSpeech: call });
    for (const samples of [clip.samples, silence(1), clip.samples]) {
      pushing = true;
      live.push(encodePcm(samples, 'f32le'));
      pushing = false;
      await live.flush();
    }
    expect(calls.length).toBeGreaterThan(5);
    expect(calls).not.toContain(true);
  });

  test('that is closed refuses audio, reports nothing, and resolves pending flushes', async () => {
    const listening = listen(real.recognizer);
    const streams = real.recognizer.status().liveStreams;
    listening.live.push(encodePcm(join([clip.samples, silence(1)]), 'f32le'));
    const flushed = listening.live.flush();
    listening.live.close();
    listening.live.close();
    await flushed;
    await listening.live.flush();
    expect(() => {
      listening.live.push(encodePcm(clip.samples, 'f32le'));
    }).toThrow(expect.objectContaining({ code: 'closed' }));
    expect(real.recognizer.status().liveStreams).toBe(streams - 1);
    // Another stream, which the same processes recognise later.
    await transcribe(real.recognizer, clip.samples);
    expect(listening.finals).toEqual([]);
  });

  test('refuses invalid audio and sample rates, and goes on', async () => {
    const listening = listen(real.recognizer);
    expect(() => {
      listening.live.push(new Uint8Array(5));
    }).toThrow(expect.objectContaining({ code: 'unsupported_audio' }));
    for (const rate of [7_999, 48_001, 16_000.5, NaN]) {
      expect(() => {
        listening.live.push(new Uint8Array(4), rate);
      }).toThrow(expect.objectContaining({ code: 'sample_rate_out_of_range' }));
    }
    listening.live.push(encodePcm(clip.samples, 'f32le'));
    await listening.live.flush();
    expect(listening.live.receivedSeconds).toBe(clip.samples.length / 16_000);
    expect(listening.finals).toHaveLength(1);
  });
});

test(
  'a recording is transcribed as fast as possible, and its progress is reported',
  { timeout: 180_000 },
  async () => {
    const expected = await transcribe(real.recognizer, clip.samples);
    const progress: number[] = [];
    const finals: FinalHypothesis[] = [];
    const { chunks } = await openRecording(clipPath(`${clip.id}.flac`));
    const onProgress = (seconds: number) => progress.push(seconds);
    for await (const final of transcribeRecording(real.recognizer, chunks(), { onProgress }))
      finals.push(final);
    expect(finals.map(({ start, end }) => [start, end])).toEqual(spans(expected));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(clip.samples.length / 16_000);
    expect(real.recognizer.status().waitingFinals).toBe(0);
  },
);

test('a recording that is heard three times gives its words once, in order and with few errors', async () => {
  const finals: FinalHypothesis[] = [];
  const progress: number[] = [];
  const open = async function* () {
    yield* (await openRecording(clipPath(`${clip.id}.flac`))).chunks();
  };
  for await (const final of transcribeByVote(real.recognizer, open, {
    hearings: 3,
    onProgress: (seconds) => progress.push(seconds),
  }))
    finals.push(final);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress.at(-1)).toBe(clip.samples.length / 16_000);
  expect(finals.map(({ sequence }) => sequence)).toEqual(finals.map((_, index) => index));
  expect(wordErrorRate(finals.map(({ text }) => text).join(' '), clip.text)).toBeLessThan(0.15);
});

function feed({ live }: Listening, pcm: Uint8Array, chunkBytes: number): void {
  for (let at = 0; at < pcm.length; at += chunkBytes) live.push(pcm.subarray(at, at + chunkBytes));
}

function spans({ finals }: Listening): readonly (readonly [number, number])[] {
  return finals.map(({ start, end }) => [start, end]);
}
