import type { SpelledWord } from '../text/words.js';
import type { Word } from './live-transcription.js';

/**
 * How far a word reaches beyond where its first and last tokens were heard, seconds, unless a neighbour is nearer.
 */
const REACH = 0.15;

/**
 * Gives words their times on the stream's clock, in order and without overlap. `heardAt`: where each token was heard;
 * `start` and `end`: the utterance's bounds; all in seconds of the stream.
 */
export function placeWords(
  words: readonly SpelledWord[],
  heardAt: readonly number[],
  start: number,
  end: number,
): Word[] {
  const spans = hearingSpans(words, heardAt, start, end);
  return words.map(({ text, confidence }, index) => {
    const span = spans[index] ?? { from: start, to: end };
    const before = spans[index - 1]?.to ?? start;
    const after = spans[index + 1]?.from ?? end;
    return {
      text,
      confidence,
      start: Math.max(start, span.from - Math.min(REACH, (span.from - before) / 2)),
      end: Math.min(end, span.to + Math.min(REACH, (after - span.to) / 2)),
    };
  });
}

/** From the first to the last token of each word. */
function hearingSpans(
  words: readonly SpelledWord[],
  heardAt: readonly number[],
  start: number,
  end: number,
): { readonly from: number; readonly to: number }[] {
  const times = risingTimes(heardAt).map((time) => Math.min(end, Math.max(start, time)));
  return words.map(({ firstToken, tokens }) => ({
    from: times[firstToken] ?? start,
    to: times[firstToken + tokens - 1] ?? end,
  }));
}

/**
 * Times that never go back: those of the longest rising subsequence stay; the others, where attention strayed for a
 * token, move between their neighbours.
 */
export function risingTimes(times: readonly number[]): number[] {
  const kept = longestRising(times);
  return times.map((time, index) => {
    const next = kept.findIndex((place) => place >= index);
    const after = kept[next];
    if (after === index) return time;
    const before = next < 0 ? kept.at(-1) : kept[next - 1];
    const from = times[before ?? after ?? index] ?? time;
    const to = times[after ?? before ?? index] ?? time;
    const share = before === undefined || after === undefined ? 0 : (index - before) / (after - before);
    return from + (to - from) * share;
  });
}

/** The places of the longest subsequence that does not fall. */
function longestRising(times: readonly number[]): number[] {
  const best = times.map((_, index) => ({ length: 1, before: -1, index }));
  for (const current of best) {
    for (const earlier of best.slice(0, current.index)) {
      const rises = (times[earlier.index] ?? 0) <= (times[current.index] ?? 0);
      if (!rises || earlier.length < current.length) continue;
      current.length = earlier.length + 1;
      current.before = earlier.index;
    }
  }
  const places: number[] = [];
  const last = best.reduce(
    (longest, current) => (current.length > longest.length ? current : longest),
    best[0] ?? END,
  );
  for (let at = last; at.index >= 0; at = best[at.before] ?? END) places.unshift(at.index);
  return places;
}

const END = { length: 0, before: -1, index: -1 };
