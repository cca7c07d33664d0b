import type { ConfusableDrugs } from '../lexicon/confusable-drugs.js';
import type { SpelledWord } from '../text/words.js';
import { plainWords } from './term-list.js';
import type { TermProposal } from './term-proposals.js';

/** Names that are mistaken for each other, by eye or by ear. */
export interface Confusables {
  /** The names for which a name is mistaken, the likeliest first. `plain`: see `plainWords`. */
  readonly takenFor: (plain: string) => readonly string[];
  /** The most words that a name has. */
  readonly mostWords: number;
}

/** Makes confusables of pairs of drugs, known mix-ups before computed ones, and of numbers that sound alike. */
export function createConfusables(drugs: readonly ConfusableDrugs[]): Confusables {
  const partners = new Map<string, string[]>();
  let mostWords = 1;
  const add = (name: string, partner: string) => {
    const plain = plainWords(name);
    mostWords = Math.max(mostWords, plain.split(' ').length);
    const known = partners.get(plain);
    if (!known) partners.set(plain, [partner]);
    else if (known.length < MOST_PARTNERS) known.push(partner);
  };
  const pairs = drugs
    .toSorted((one, other) => Number(one.origin === 'computed') - Number(other.origin === 'computed'))
    .map(({ names }) => names);
  for (const [one, other] of [...pairs, ...NUMBERS]) {
    add(one, other);
    add(other, one);
  }
  return { takenFor: (plain) => partners.get(plain) ?? [], mostWords };
}

/**
 * The names and numbers with which those among words may have been confused. They are only proposed as alternatives: none
 * replaces a word by itself.
 */
export function proposeConfusables(
  words: readonly SpelledWord[],
  { takenFor, mostWords }: Confusables,
): TermProposal[] {
  const proposals = words.flatMap((_, firstWord) =>
    Array.from({ length: Math.min(mostWords, words.length - firstWord) }, (_, more) =>
      words.slice(firstWord, firstWord + more + 1),
    ).flatMap((span) =>
      takenFor(plainWords(span.map(({ text }) => text).join(' '))).map((text) => ({
        firstWord,
        words: span.length,
        text,
        allowance: -Infinity,
        context: 0,
      })),
    ),
  );
  return proposals.slice(0, MOST_PROPOSALS);
}

/**
 * The most alternatives to one name, and proposals for one utterance: scoring one takes as long as decoding a few tokens.
 */
const MOST_PARTNERS = 3;
const MOST_PROPOSALS = 12;

const TEENS = ['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'];
const TENS = ['thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** Numbers that are mistaken for each other (ISMP): `fifteen` and `fifty`, in words and in digits. */
const NUMBERS: readonly (readonly [string, string])[] = [
  ...TEENS.map((teen, index) => [teen, TENS[index] ?? teen] as const),
  ...TEENS.map((_, index) => [String(index + 13), String((index + 3) * 10)] as const),
  ['five', 'nine'],
];
