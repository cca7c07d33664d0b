import fc from 'fast-check';
import type { VoiceWindow } from '../../src/speakers/voice-windows.js';

/** Values of a generated embedding. */
const SIZE = 64;

/** Who speaks, for how many windows. */
interface Turn {
  readonly voice: number;
  readonly windows: number;
}

/** A conversation of voices that are told apart easily. */
export interface Conversation {
  readonly voices: number;
  readonly turns: readonly Turn[];
  readonly seed: number;
}

/** Conversations in which each voice has spoken for some time before the last turns. */
export function conversations(voices: fc.Arbitrary<number>): fc.Arbitrary<Conversation> {
  return voices.chain((count) => {
    const turn = fc.record({ voice: fc.nat(count - 1), windows: fc.integer({ min: 2, max: 8 }) });
    return fc.record({
      voices: fc.constant(count),
      seed: fc.nat(),
      turns: fc
        .array(turn, { minLength: 2, maxLength: 12 })
        .map((turns) => [...Array.from({ length: count }, (_, voice) => ({ voice, windows: 8 })), ...turns]),
    });
  });
}

/** An utterance of a conversation: what one voice says in a turn. */
export interface GeneratedUtterance {
  readonly sequence: number;
  readonly voice: number;
  readonly windows: readonly VoiceWindow[];
  readonly words: readonly { readonly start: number; readonly end: number }[];
}

/** The utterances of a conversation, a second of silence apart. */
export function utterancesOf({ voices, turns, seed }: Conversation): GeneratedUtterance[] {
  const random = numbersFrom(seed);
  const means = Array.from({ length: voices }, () =>
    unit(Array.from({ length: SIZE }, () => normal(random))),
  );
  let at = 0;
  return turns.map(({ voice, windows }, sequence) => {
    const start = at;
    at += windows * 0.75 + 1.75;
    const spans = Array.from({ length: windows }, (_, index) => ({
      start: start + index * 0.75,
      end: start + index * 0.75 + 1.5,
    }));
    const mean = means[voice] ?? [];
    return {
      sequence,
      voice,
      windows: spans.map((span) => ({
        ...span,
        voice: Float32Array.from(unit(mean.map((value) => value + SPREAD * normal(random)))),
      })),
      words: spans.map((span) => ({ start: span.start + 0.5, end: span.start + 1 })),
    };
  });
}

/** Leaves windows of one voice about 0.7 alike, those of two about 0. */
const SPREAD = 0.08;

export function numbersFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
