import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loopAtEnd, SHORTEST_TOKEN_SECONDS, withoutRounds } from '../../src/decoding/repetition.js';

const SECONDS_PER_FRAME = 0.02;
const AUDIO = { from: 0, to: 1_000, secondsPerFrame: SECONDS_PER_FRAME };

/** Tokens of which any few next to each other are different. */
const phrase = fc.uniqueArray(fc.integer({ min: 10, max: 99 }), { minLength: 1, maxLength: 12 });
const before = fc.uniqueArray(fc.integer({ min: 100, max: 199 }), { maxLength: 8 });
const rounds = fc.integer({ min: 3, max: 30 });

describe('a loop', () => {
  test('is not found where the repeated words move on in the audio', () => {
    const pace = fc.double({ min: SHORTEST_TOKEN_SECONDS, max: 0.6, noNaN: true });
    fc.assert(
      fc.property(before, phrase, rounds, pace, (lead, repeated, count, seconds) => {
        const tokens = [...lead, ...copies(repeated, count)];
        const frames = tokens.map((_, index) => ((index + 1) * seconds * 1.01) / SECONDS_PER_FRAME);
        const audio = { ...AUDIO, to: Math.ceil(frames.at(-1) ?? 0) };
        expect(loopAtEnd({ tokens, frames }, audio)).toBeUndefined();
      }),
    );
  });

  test('is not found where attention rests on the last word and there is time to say all of them', () => {
    fc.assert(
      fc.property(before, phrase, fc.integer({ min: 3, max: 10 }), (lead, repeated, count) => {
        const tokens = [...lead, ...copies(repeated, count).slice(0, 31)];
        const start = (lead.length * 0.3) / SECONDS_PER_FRAME;
        const end = start + (tokens.length * 0.3) / SECONDS_PER_FRAME;
        const frames = tokens.map((_, index) => (index < lead.length ? (start * index) / lead.length : end));
        expect(loopAtEnd({ tokens, frames }, { ...AUDIO, to: end })).toBeUndefined();
      }),
    );
  });

  test('is found wherever a repeated phrase stays at the same place in the audio', () => {
    const place = fc.integer({ min: 0, max: 900 });
    const jitter = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(before, phrase, place, jitter, (lead, repeated, at, shaken) => {
        const looped = copies(repeated, Math.max(3, Math.ceil(45 / repeated.length)));
        const tokens = [...lead, ...looped];
        const frames = tokens.map((_, index) =>
          index < lead.length ? at : at + (shaken[index % shaken.length] ?? 0),
        );
        expect(loopAtEnd({ tokens, frames }, AUDIO)).toEqual({
          firstToken: lead.length,
          roundTokens: repeated.length,
        });
      }),
    );
  });

  test('is found where attention goes back to heard audio or lies behind the end of the audio', () => {
    const tokens = [1, 2, 3, ...copies([7, 8], 20)];
    const onward = [100, 200, 300];
    const loop = { firstToken: 3, roundTokens: 2 };
    expect(loopAtEnd({ tokens, frames: [...onward, ...copies([20], 40)] }, AUDIO)).toEqual(loop);
    expect(loopAtEnd({ tokens, frames: [...onward, ...copies([999], 40)] }, { ...AUDIO, to: 320 })).toEqual(
      loop,
    );
  });

  test('is not found in the few repetitions that people say for emphasis', () => {
    for (const tokens of [[], [5], [1, 2, 3, 4, 5], [9, ...copies([5], 8)], [9, ...copies([5, 6], 6)]])
      expect(loopAtEnd({ tokens, frames: tokens.map(() => 0) }, AUDIO)).toBeUndefined();
  });

  test('is not found unless it reaches the end of the text', () => {
    const tokens = [...copies([5], 40), 9];
    expect(loopAtEnd({ tokens, frames: tokens.map(() => 0) }, AUDIO)).toBeUndefined();
  });

  test('is judged by the audio of the utterance, not by audio before it', () => {
    const tokens = copies([5, 6], 10);
    const frames = copies([480], 20);
    expect(loopAtEnd({ tokens, frames }, { ...AUDIO, from: 400 })).toBeUndefined();
    expect(loopAtEnd({ tokens, frames }, { ...AUDIO, from: 470 })).toEqual({
      firstToken: 0,
      roundTokens: 2,
    });
  });
});

describe('tokens without their rounds', () => {
  test('contain each repeated phrase once', () => {
    fc.assert(
      fc.property(before, phrase, rounds, before, (lead, repeated, count, rest) => {
        const tokens = [...lead, ...copies(repeated, count), ...rest.map((token) => token + 100)];
        expect(withoutRounds(tokens)).toEqual([...lead, ...repeated, ...rest.map((token) => token + 100)]);
      }),
    );
  });

  test('are all tokens where no phrase is repeated in a row', () => {
    expect(withoutRounds([1, 2, 1, 3, 1, 2])).toEqual([1, 2, 1, 3, 1, 2]);
    expect(withoutRounds([])).toEqual([]);
  });
});

function copies(phrase: readonly number[], count: number): number[] {
  return Array.from({ length: count }, () => phrase).flat();
}
