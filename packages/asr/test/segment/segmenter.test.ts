import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSegmenter, type SegmentEvent } from '../../src/segment/segmenter.js';
import { VAD_FRAME_SAMPLES } from '../../src/vad/hear-frames.js';

const SECOND = 16_000;
const PRE_ROLL = 4_800;
const POST_ROLL = 3_200;
const ENDPOINTING = SECOND / 2;
const LONGEST = 15 * SECOND;

type Ended = SegmentEvent & { readonly kind: 'ended' };

describe('the segmenter', () => {
  test('puts the pre-roll before the first voiced frame and the padding behind the last', () => {
    const { ended } = segment([{ frames: [...still(20), ...voice(30), ...still(40)] }]);
    expect(ended).toEqual([
      {
        kind: 'ended',
        start: 20 * VAD_FRAME_SAMPLES - PRE_ROLL,
        end: 50 * VAD_FRAME_SAMPLES + POST_ROLL,
        reason: 'silence',
        voiced: 30 * VAD_FRAME_SAMPLES,
        peak: 0.9,
        probabilities: expect.any(Array),
      },
    ]);
  });

  test('begins at the first sample when the voice does', () => {
    expect(segment([{ frames: [...voice(5), ...still(40)] }]).ended[0]?.start).toBe(0);
  });

  test('reaches with its pre-roll no further back than the utterance before', () => {
    const pause = still(framesOf(ENDPOINTING));
    const { ended } = segment([{ frames: [...voice(20), ...pause, ...voice(20), ...pause] }]);
    expect(ended).toHaveLength(2);
    expect(ended[1]?.start).toBeGreaterThanOrEqual(ended[0]?.end ?? Infinity);
  });

  test('ends after the silence that counts at the moment', () => {
    const segmenter = createSegmenter({ endpointing: ENDPOINTING, longest: LONGEST, origin: 0 });
    const hear = (frames: readonly number[], endpointing?: number) =>
      frames.flatMap((probability) => segmenter.push(probability, VAD_FRAME_SAMPLES, endpointing));
    hear(voice(30));
    expect(hear(still(framesOf(ENDPOINTING) + 5), 2 * ENDPOINTING)).toEqual([
      { kind: 'paused', end: 30 * VAD_FRAME_SAMPLES + POST_ROLL },
    ]);
    expect(hear(still(1), ENDPOINTING / 2)).toMatchObject([
      { kind: 'ended', end: 30 * VAD_FRAME_SAMPLES + POST_ROLL, reason: 'silence' },
    ]);
  });

  test('reports a pause once, and that the voice came back', () => {
    const { events } = segment([{ frames: [...voice(20), ...still(12), ...voice(20), ...still(40)] }]);
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'paused', 'resumed', 'paused', 'ended']);
    expect(events.filter(({ kind }) => kind === 'paused')[1]).toEqual({
      kind: 'paused',
      end: 52 * VAD_FRAME_SAMPLES + POST_ROLL,
    });
  });

  test('foretells in a pause where the utterance ends', () => {
    const { events, ended } = segment([{ frames: [...voice(20), ...still(40)] }]);
    expect(events.find(({ kind }) => kind === 'paused')).toHaveProperty('end', ended[0]?.end);
  });

  test('ignores a single doubtful frame in silence', () => {
    expect(segment([{ frames: [...still(20), 0.45, ...still(20)] }]).ended).toEqual([]);
    const { ended } = segment([{ frames: [...voice(20), ...still(10), 0.45, ...still(20)] }]);
    expect(ended[0]?.end).toBe(20 * VAD_FRAME_SAMPLES + POST_ROLL);
  });

  test('goes on through doubtful frames while the voice lasts', () => {
    const { ended } = segment([{ frames: [...voice(20), ...Array<number>(30).fill(0.4), ...still(20)] }]);
    expect(ended[0]?.end).toBe(50 * VAD_FRAME_SAMPLES + POST_ROLL);
  });

  test('ends a long utterance at a shorter pause than a short one', () => {
    const pause = still(7);
    expect(segment([{ frames: [...voice(100), ...pause, ...voice(20), ...still(40)] }]).ended).toHaveLength(
      1,
    );
    const { ended } = segment([{ frames: [...voice(400), ...pause, ...voice(20), ...still(40)] }]);
    expect(ended.map(({ reason }) => reason)).toEqual(['silence', 'silence']);
  });

  test('cuts the longest utterance in a gap of its last part, and goes on there', () => {
    const gap = still(4);
    const { ended } = segment([{ frames: [...voice(430), ...gap, ...voice(170), ...still(40)] }]);
    expect(ended.map(({ reason }) => reason)).toEqual(['longest', 'silence']);
    expect(ended[1]?.start).toBe(ended[0]?.end);
    expect(ended[0]?.end).toBeGreaterThan(429 * VAD_FRAME_SAMPLES);
    expect(ended[0]?.end).toBeLessThan(435 * VAD_FRAME_SAMPLES);
    expect((ended[0]?.voiced ?? 0) + (ended[1]?.voiced ?? 0)).toBeGreaterThanOrEqual(600 * VAD_FRAME_SAMPLES);
  });

  test('ends an utterance on request at the given place, and none in silence', () => {
    const { ended } = segment([{ frames: voice(20), rest: 100 }]);
    expect(ended[0]).toMatchObject({ end: 20 * VAD_FRAME_SAMPLES + 100, reason: 'request' });
    expect(segment([{ frames: still(20), rest: 100 }]).events).toEqual([]);
  });
});

describe('whatever the probabilities, the endpointing, the longest utterance and the requests', () => {
  test('utterances keep their order and never overlap', () => {
    holds(({ ended }) => {
      let previous = 0;
      for (const { start, end } of ended) {
        expect(start).toBeGreaterThanOrEqual(previous);
        expect(end).toBeGreaterThanOrEqual(start);
        previous = end;
      }
    });
  });

  test('utterances end within the audio heard', () => {
    holds(({ ended, heard }) => {
      expect(ended.at(-1)?.end ?? 0).toBeLessThanOrEqual(heard);
    });
  });

  test('a cut leaves no gap', () => {
    holds(({ ended }) => {
      for (const [index, { end, reason }] of ended.entries()) {
        if (reason === 'longest') expect(ended[index + 1]?.start ?? end).toBe(end);
      }
    });
  });

  test('no utterance is longer than the longest', () => {
    holds(({ ended, options }) => {
      for (const { start, end } of ended)
        expect(end - start).toBeLessThan(options.longest + VAD_FRAME_SAMPLES);
    });
  });

  test('every voiced frame is inside of one utterance or split between two without a gap', () => {
    holds(({ ended, frames }) => {
      const lost = frames.filter(({ start, end, probability }) => {
        const shares = ended.map(
          (utterance) => Math.min(end, utterance.end) - Math.max(start, utterance.start),
        );
        const covered = shares.reduce((sum, share) => sum + Math.max(0, share), 0);
        return probability >= 0.5 && covered !== end - start;
      });
      expect(lost).toEqual([]);
    });
  });

  test('the settled time only grows, and no later utterance begins before it', () => {
    holds(({ settled, ended }) => {
      const shrinking = settled.filter(({ at }, index) => at < (settled[index - 1]?.at ?? 0));
      expect(shrinking).toEqual([]);
      const broken = settled.filter(({ at, heard }) =>
        ended.some(({ start, end }) => end > heard && start < at),
      );
      expect(broken).toEqual([]);
    });
  });

  test('every utterance starts before it ends, and resumes only from a pause', () => {
    holds(({ events }) => {
      let state: 'silent' | 'speaking' | 'paused' = 'silent';
      for (const { kind } of events) {
        const from = {
          started: ['silent'],
          paused: ['speaking'],
          resumed: ['paused'],
          ended: ['speaking', 'paused'],
        };
        expect(from[kind]).toContain(state);
        state = kind === 'ended' ? 'silent' : kind === 'paused' ? 'paused' : 'speaking';
      }
      expect(state).toBe('silent');
    });
  });
});

/** Frames up to a request that ends the utterance, with so many samples of another frame. */
interface Section {
  readonly frames: readonly number[];
  readonly rest?: number;
}

interface Options {
  readonly endpointing: number;
  readonly longest: number;
}

interface Segmented {
  readonly options: Options;
  readonly events: readonly SegmentEvent[];
  readonly ended: readonly Ended[];
  readonly heard: number;
  readonly frames: readonly { readonly start: number; readonly end: number; readonly probability: number }[];
  readonly settled: readonly { readonly at: number; readonly heard: number }[];
}

/** Feeds a stream as it is fed live: after a request a new segmenter goes on where the last one stood. */
function segment(
  sections: readonly Section[],
  options: Options = { endpointing: ENDPOINTING, longest: LONGEST },
): Segmented {
  const events: SegmentEvent[] = [];
  const frames: Segmented['frames'][number][] = [];
  const settled: Segmented['settled'][number][] = [];
  let heard = 0;
  for (const section of sections) {
    const segmenter = createSegmenter({ ...options, origin: heard });
    const hear = (probability: number, samples: number) => {
      frames.push({ start: heard, end: heard + samples, probability });
      heard += samples;
      events.push(...segmenter.push(probability, samples));
      settled.push({ at: segmenter.settledBefore, heard });
    };
    for (const probability of section.frames) hear(probability, VAD_FRAME_SAMPLES);
    if (section.rest !== undefined && section.rest > 0) hear(section.frames.at(-1) ?? 0, section.rest);
    events.push(...segmenter.finish());
  }
  const ended = events.filter((event) => event.kind === 'ended');
  return { options, events, ended, heard, frames, settled };
}

function holds(property: (segmented: Segmented) => void): void {
  const length = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 20, max: 120 }));
  const run = fc.oneof(
    { weight: 3, arbitrary: length.map(voice) },
    { weight: 3, arbitrary: length.map(still) },
    { weight: 1, arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }) },
  );
  const section = fc.record({
    frames: fc.array(run, { maxLength: 12, size: 'max' }).map((runs) => runs.flat()),
    rest: fc.integer({ min: 0, max: VAD_FRAME_SAMPLES - 1 }),
  });
  const options = fc.record({
    endpointing: fc.noBias(fc.integer({ min: SECOND / 5, max: 3 * SECOND })),
    longest: fc.integer({ min: 5 * SECOND, max: 8 * SECOND }),
  });
  fc.assert(
    fc.property(fc.array(section, { minLength: 1, maxLength: 3 }), options, (sections, chosen) => {
      property(segment(sections, chosen));
    }),
    { numRuns: 300 },
  );
}

function voice(frames: number): number[] {
  return Array<number>(frames).fill(0.9);
}

function still(frames: number): number[] {
  return Array<number>(frames).fill(0.05);
}

function framesOf(samples: number): number {
  return Math.ceil(samples / VAD_FRAME_SAMPLES);
}
