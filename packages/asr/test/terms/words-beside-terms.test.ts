import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesOf } from '../../src/decoding/term-changes.js';
import { moonshineTokens, moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { loadClinicalLanguage } from '../../src/lexicon/clinical-language.js';
import { loadMedicalLexicon } from '../../src/lexicon/medical-lexicon.js';
import { createTermLists } from '../../src/inference/worker/term-lists.js';
import { LEXICON } from '../../src/inference/messages/recognition-job.js';
import { spellWords, joinWords } from '../../src/text/words.js';

const model = {
  textOf: moonshineTokenText,
  encode: moonshineTokens,
  textTokens: 32_000,
} as unknown as Parameters<typeof createTermLists>[0];
const lexicon = (await loadMedicalLexicon()).filter(({ kind }) => kind !== 'unit');
const lists = createTermLists(model, lexicon, await loadClinicalLanguage(lexicon));
const NAMES = [
  'Dr. Ramanathan',
  'Nguyen',
  'Dr. Nguyen',
  'Dr. Tenney',
  'Tudor',
  'Wicks',
  'Forth',
  'Novak',
  'Knott',
];
lists.learn(
  'names',
  NAMES.map((text) => ({ text, weight: 3 })),
);
lists.learnOn(Infinity);

/** Words that must stay. The list is independent of the product's own. */
const KEPT =
  /^(?:[0-9][0-9.,/-]*|-?(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|sixteen|twenty|thirty|forty|fifty|sixty|hundred|thousand|half)|mg|mcg|milligrams|micrograms|units|tablets|hours|days|weeks|twice|daily|no|not|nor|never|without|denies|cannot|isn't|don't)$/i;

const numbers = [
  'two',
  'ten',
  'fifteen',
  '10',
  '2.5',
  '25',
  'one hundred',
  'twenty five',
  'forty',
  '6',
  'half',
];
const beside = [
  ...numbers.flatMap((number) => [
    number,
    `${number} to`,
    `to ${number}`,
    `${number} milligrams`,
    `${number} or`,
  ]),
  ...[
    'no',
    'not',
    'without',
    'denies',
    'never',
    "isn't",
    'nor',
    'twice daily',
    'units of',
    'mcg',
    'ten-',
    '',
  ],
  ...['the patient takes', 'increase', 'and', 'to', 'for', 'of', 'Dr.', 'doctor'],
];
const drugs = lexicon.filter(({ kind, weight }) => kind === 'drug' && weight > 0.4).map(({ text }) => text);

/** A name as a decoder writes what it does not know: in pieces, with other vowels. */
const misheard = fc
  .tuple(
    fc.constantFrom(...drugs, ...NAMES),
    fc.array(fc.nat(20), { maxLength: 3 }),
    fc.constantFrom('', 'a', 'i', 'o'),
  )
  .map(([name, cuts, vowel]) => {
    let heard = vowel === '' ? name : name.replace(/(?<=.)[aeiou]/, vowel);
    for (const cut of cuts) {
      const at = cut % heard.length;
      if (at > 1) heard = `${heard.slice(0, at)} ${heard.slice(at)}`;
    }
    return heard.replace(/ +/g, ' ');
  });

const dictated = fc
  .array(fc.oneof(misheard, fc.constantFrom(...beside)), { minLength: 2, maxLength: 8 })
  .map((parts) => parts.filter((part) => part !== '').join(' '));

describe('replacements by terms', () => {
  test('keep numbers, units and negations beside them, and the words that belong to a number', () => {
    fc.assert(
      fc.property(dictated, fc.double({ min: 0.05, max: 0.9, noNaN: true }), (text, sureness) => {
        const tokens = moonshineTokens(text);
        const logProbabilities = tokens.map(() => Math.log(sureness));
        const hypothesis = {
          ...{ tokens, logProbabilities, frames: tokens, endLogProbability: -0.1 },
          stopped: 'end' as const,
        };
        const expected = { lists: lists.named(['names', LEXICON]), confusables: undefined };
        for (const change of changesOf(hypothesis, expected, model, new Set())) {
          const end = change.firstToken + change.tokens;
          const after = [...tokens.slice(0, change.firstToken), ...change.replacement, ...tokens.slice(end)];
          const [was, is] = [wordsOf(tokens), wordsOf(after)];
          const kept = is.filter((word) => KEPT.test(word));
          for (const word of was.filter((one) => KEPT.test(one))) {
            const place = kept.indexOf(word);
            if (place < 0) throw new Error(`"${word}" is lost: ${was.join(' ')} → ${is.join(' ')}`);
            kept.splice(0, place + 1);
          }
          const ranges = (words: readonly string[]) =>
            words.join(' ').match(/(?<=\d )to(?= \d)/g)?.length ?? 0;
          expect(ranges(is)).toBe(ranges(was));
          const doubled = (words: readonly string[]) =>
            words.filter((word, at) => word.toLowerCase() === words[at + 1]?.toLowerCase()).length;
          expect(doubled(is), is.join(' ')).toBeLessThanOrEqual(doubled(was));
        }
      }),
      { numRuns: 40 },
    );
  });
});

function wordsOf(tokens: readonly number[]): readonly string[] {
  const words = spellWords(
    tokens,
    tokens.map(() => 0),
    moonshineTokenText,
    'hyphens',
  );
  return joinWords(words)
    .split(/[ -]+/)
    .map((word) => word.replace(/[.,]+$/, ''))
    .filter((word) => word !== '');
}
