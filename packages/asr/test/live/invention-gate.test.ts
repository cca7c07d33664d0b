import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanLogProbability } from '../../src/decoding/search.js';
import { isDoubtful, isInvented, isSpeech, isTooFaint, likelier } from '../../src/live/invention-gate.js';
import type { RecognitionResult } from '../../src/inference/messages/recognition-job.js';

const CLEAR = { voicedSeconds: 1, peak: 0.99 };
const DOUBTFUL = { voicedSeconds: 0.3, peak: 0.8 };

describe('the gate against invented words', () => {
  test('skips sounds that are hardly a voice', () => {
    expect(isTooFaint({ voicedSeconds: 0.05, peak: 0.99 })).toBe(true);
    expect(isTooFaint({ voicedSeconds: 2, peak: 0.55 })).toBe(true);
    expect(isTooFaint({ voicedSeconds: 0.13, peak: 0.8 })).toBe(false);
  });

  test('passes words of which the model is sure', () => {
    expect(isInvented(result([-0.1, -0.2]), CLEAR)).toBe(false);
    expect(isInvented(result([-0.1, -0.2]), DOUBTFUL)).toBe(false);
  });

  test('passes unsure words only where there is clearly a voice', () => {
    expect(isInvented(result([-1.2, -1.2]), CLEAR)).toBe(false);
    expect(isInvented(result([-1.2, -1.2]), DOUBTFUL)).toBe(true);
  });

  test('holds back a mere guess, and no text at all', () => {
    expect(isInvented(result([-3, -3]), CLEAR)).toBe(true);
    expect(isInvented(result([]), CLEAR)).toBe(true);
  });

  test('judges a text with terms by its sureness before terms', () => {
    expect(isInvented({ ...result([-3, -3]), surenessBeforeTerms: -1.2 }, CLEAR)).toBe(false);
    expect(isInvented({ ...result([-3, -3]), surenessBeforeTerms: -2 }, CLEAR)).toBe(true);
  });

  test('never holds back with more voice what it passes with less', () => {
    const evidence = fc.record({
      voicedSeconds: fc.double({ min: 0, max: 20, noNaN: true }),
      peak: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const logProbabilities = fc.array(fc.double({ min: -4, max: 0, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(evidence, evidence, logProbabilities, (a, b, values) => {
        const most = {
          voicedSeconds: Math.max(a.voicedSeconds, b.voicedSeconds),
          peak: Math.max(a.peak, b.peak),
        };
        if (!isInvented(result(values), a)) expect(isInvented(result(values), most)).toBe(false);
        if (!isTooFaint(a)) expect(isTooFaint(most)).toBe(false);
      }),
    );
  });

  test('asks for a second hearing of a loop, and of few tokens for much voice', () => {
    const four = result([-0.1, -0.1, -0.1, -0.1]);
    expect(isDoubtful(four, CLEAR)).toBe(false);
    expect(isDoubtful(four, { ...CLEAR, voicedSeconds: 5 })).toBe(true);
    expect(isDoubtful({ ...four, stopped: 'repetition' }, CLEAR)).toBe(true);
  });

  const LONG = { voicedSeconds: 5, peak: 0.99 };
  const five = result(new Array<number>(5).fill(-0.1));
  const one = result([-0.1]);

  test('prefers a second hearing that came to its end, unless it has too few words', () => {
    const loop = { ...result([-0.1, -0.1]), stopped: 'repetition' } as const;
    expect(likelier(loop, five, LONG)).toBe(five);
    expect(likelier(loop, one, LONG)).toBe(loop);
    expect(likelier(loop, undefined, LONG)).toBe(loop);
    expect(likelier(five, loop, LONG)).toBe(five);
    expect(likelier(one, five, LONG)).toBe(five);
  });

  test('takes a second hearing of an empty text only where it is sure', () => {
    const none = result([]);
    const unsure = result(new Array<number>(5).fill(-0.7));
    expect(likelier(none, unsure, LONG)).toBe(none);
    expect(likelier(none, five, LONG)).toBe(five);
  });

  test('looks for missed words only in long and clear speech', () => {
    expect(isSpeech(LONG)).toBe(true);
    expect(isSpeech(CLEAR)).toBe(false);
    expect(isSpeech({ ...LONG, peak: 0.8 })).toBe(false);
  });

  test('measures sureness by the mean log-probability', () => {
    expect(meanLogProbability(result([-1, -2, -3]))).toBe(-2);
    expect(meanLogProbability(result([]))).toBe(-Infinity);
  });
});

function result(logProbabilities: readonly number[]): RecognitionResult {
  return {
    tokens: logProbabilities.map(() => 100),
    logProbabilities,
    heardAt: logProbabilities.map((_, index) => index / 4),
    endLogProbability: -0.1,
    stopped: 'end',
    terms: [],
    alternatives: [],
  };
}
