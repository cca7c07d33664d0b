import type { ConfusableDrugs, LexiconTerm } from '@auscult/asr';
import type { PairCounts } from './count-pairs.js';

/** The lexicon as the text of its file. */
export function lexiconTable(terms: readonly LexiconTerm[]): string {
  const lines = terms.map(({ text, kind, weight, soundsLike }) =>
    [text, kind, String(weight), ...(soundsLike.length > 0 ? [soundsLike.join('|')] : [])].join('\t'),
  );
  return ['# Written by npm run lexicon. Sources and their licences are in NOTICE.md.', ...lines, ''].join(
    '\n',
  );
}

/** The pairs of confusable drugs as the text of their file. */
export function confusableTable(pairs: readonly ConfusableDrugs[]): string {
  const lines = pairs.map(({ names, similarity, origin }) =>
    [...names, similarity.toFixed(2), origin].join('\t'),
  );
  return ['# Written by npm run lexicon.', ...lines, ''].join('\n');
}

/** The counts of word pairs as the text of their file. */
export function languageTable(counts: PairCounts): string {
  const lines = Array.from(counts, ([first, followers]) => [first, ...[...followers].flat()].join('\t'));
  const head =
    '# Written by npm run lexicon. Words, and those that follow them in clinical texts, with how often.';
  return [head, ...lines.sort(), ''].join('\n');
}

/**
 * The words of English books as the text of their file. Words of fewer than four letters are left out: they may be
 * medical, and are never looked up.
 */
export function wordTable(words: Iterable<string>): string {
  const long = [...words].filter((word) => /^[a-z]{4,}$/.test(word)).sort();
  return ['# Written by npm run lexicon. Words of English books.', ...long, ''].join('\n');
}
