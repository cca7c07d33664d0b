import type { SpelledWord } from '../text/words.js';
import type { Word } from './live-transcription.js';

/** A word reaches so far beyond where its first and last tokens were heard, seconds, unless a neighbour is nearer. */
const REACH = 0.15;

/**
 * Gives words their places in the stream's clock, in order and without overlap.
 * `heardAt`: where each token was heard, and `start` and `end`, the utterance's bounds: seconds of the stream.
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
  const times = inOrder(heardAt).map((time) => Math.min(end, Math.max(start, time)));
  return words.map(({ firstToken, tokens }) => ({
    from: times[firstToken] ?? start,
    to: times[firstToken + tokens - 1] ?? end,
  }));
}

/**
 * The nearest times that never go back, by pooling adjacent violators: attention may look away for a token.
 * (Barlow et al. 1972, isotonic regression.)
 */
function inOrder(times: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const time of times) {
    let pool = { sum: time, count: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
}
