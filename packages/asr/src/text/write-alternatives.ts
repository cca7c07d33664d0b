import type { Word, WordAlternative } from '../live/live-transcription.js';
import { keepsMeaning } from './kept-meaning/keeps-meaning.js';
import { writeWords, type OpenEnds, type RewrittenWord } from './written-form/write-words.js';

/**
 * The alternatives of each written word, written in the same way: `fifty` beside `fifteen milligrams` becomes `50`
 * beside `15 mg`. `written`: the result of `writeWords` for `spoken` between these ends.
 */
export function writeAlternatives(
  spoken: readonly Word[],
  written: readonly RewrittenWord[],
  open: OpenEnds,
): WordAlternative[][] {
  const places = written.map((): WordAlternative[] => []);
  spoken.forEach(({ alternatives = [] }, at) => {
    for (const alternative of alternatives) {
      const found = writeInPlace(spoken, written, open, at, alternative);
      const known = found && places[found.place];
      if (known && known.length < MOST_SHOWN && known.every(({ text }) => text !== found.alternative.text))
        known.push(found.alternative);
    }
  });
  return places.map((alternatives) =>
    alternatives.toSorted((one, other) => other.confidence - one.confidence),
  );
}

const MOST_SHOWN = 3;

function writeInPlace(
  spoken: readonly Word[],
  written: readonly RewrittenWord[],
  open: OpenEnds,
  at: number,
  { text, confidence, words = 1 }: WordAlternative,
): { readonly place: number; readonly alternative: WordAlternative } | undefined {
  const parts = text.split(' ');
  const longer = parts.length - words;
  const texts = spoken.map((word) => word.text);
  const said = texts.toSpliced(at, words, ...parts);
  const replaced = writeWords(said, open);
  if (
    !keepsMeaning(
      said,
      replaced.map((word) => word.text),
    )
  )
    return undefined;
  const place = written.findIndex(({ last }) => last >= at);
  const end = written.findLastIndex(({ first }) => first < at + words);
  const [from, to] = [written[place]?.first, written[end]?.last];
  if (from === undefined || to === undefined) return undefined;
  const instead = replaced.filter(({ first, last }) => last >= from && first <= to + longer);
  // The alternative would be joined with words that are separate now.
  if (instead.at(0)?.first !== from || instead.at(-1)?.last !== to + longer) return undefined;
  const joined = instead.map((word) => word.text).join(' ');
  const current = written.slice(place, end + 1).map((word) => word.text);
  if (joined === current.join(' ')) return undefined;
  const several = current.length === 1 ? {} : { words: current.length };
  return { place, alternative: { text: joined, confidence, ...several } };
}
