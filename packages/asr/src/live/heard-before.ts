import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { DroppedWords, FinalHypothesis } from './live-transcription.js';

/** Where the transcription of a recording goes on, and what of it is new. */
export interface Continuation {
  /** Audio before this is not heard again, seconds. */
  readonly audioFrom: number;
  /** The final with the times of the recording, as far as it says more than what was heard before; undefined if it does not. */
  readonly continued: (final: FinalHypothesis) => FinalHypothesis | undefined;
  /** Dropped words with the times of the recording; undefined if they were dropped before. */
  readonly droppedSince: (dropped: DroppedWords) => DroppedWords | undefined;
}

/** The longest pause of which the end is heard with what comes after it, seconds. */
const PAUSE_SECONDS = 1;

/**
 * Goes on after finals that were heard before. Audio of the last `contextSeconds` of them is heard again, from the beginning
 * of an utterance, so that what comes next has its context; text that this gives is left out.
 */
export function continueAfter(heard: readonly FinalHypothesis[], contextSeconds: number): Continuation {
  const settled = Math.max(0, ...heard.map(({ end }) => end));
  const audioFrom = contextStart(heard, settled, contextSeconds);
  let sequence = (heard.at(-1)?.sequence ?? -1) + 1;
  return {
    audioFrom,
    continued: (final) => {
      const rest = restOf(onRecording(final, audioFrom), settled);
      return rest && { ...rest, sequence: sequence++ };
    },
    droppedSince: (dropped) => {
      const { start, end } = dropped;
      if (settled > 0 && end + audioFrom <= settled) return undefined;
      return { ...dropped, start: start + audioFrom, end: end + audioFrom };
    },
  };
}

/** The audio from `seconds` on, which is in the first chunk that is passed on. */
export async function* audioAfter(
  chunks: AsyncIterable<Float32Array>,
  seconds: number,
): AsyncGenerator<Float32Array, void> {
  let skipped = Math.round(seconds * SAMPLE_RATE);
  for await (const chunk of chunks) {
    if (skipped < chunk.length) yield skipped === 0 ? chunk : chunk.subarray(skipped);
    skipped = Math.max(0, skipped - chunk.length);
  }
}

function contextStart(heard: readonly FinalHypothesis[], settled: number, contextSeconds: number): number {
  const first = heard.findIndex(({ start }) => start >= settled - contextSeconds);
  const final = heard[first];
  if (final === undefined) return settled;
  return Math.max(0, heard[first - 1]?.end ?? 0, final.start - PAUSE_SECONDS);
}

function onRecording(final: FinalHypothesis, by: number): FinalHypothesis {
  if (by === 0) return final;
  const words = final.words.map((word) => ({ ...word, start: word.start + by, end: word.end + by }));
  return { ...final, start: final.start + by, end: final.end + by, words };
}

/** What a final says after `settled`; where it says something before that, without those words. */
function restOf(final: FinalHypothesis, settled: number): FinalHypothesis | undefined {
  if (final.start >= settled) return final;
  const first = final.words.findIndex(({ start, end }) => (start + end) / 2 > settled);
  const words = first < 0 ? [] : final.words.slice(first);
  const [begin] = words;
  if (begin === undefined) return undefined;
  return { ...final, text: textFrom(final, first), words, start: Math.max(settled, begin.start) };
}

/** The text from a word on, which the text may join to the one before without a space. */
function textFrom({ text, words }: FinalHypothesis, first: number): string {
  let at = 0;
  for (const word of words.slice(0, first)) at = Math.max(at, text.indexOf(word.text, at)) + word.text.length;
  return text.slice(at).trimStart();
}
