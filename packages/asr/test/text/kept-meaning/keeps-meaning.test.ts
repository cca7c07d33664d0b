import fc, { type Arbitrary } from 'fast-check';
import numberToWords from 'number-to-words';
import { describe, expect, test } from 'vitest';
import { keepsMeaning, termsKeepMeaning } from '../../../src/text/kept-meaning/keeps-meaning.js';
import type { SpelledWord } from '../../../src/text/words.js';
import { writeWords } from '../../../src/text/written-form/write-words.js';
import { readCases } from '../written-form/cases.js';

describe('a correct written form', () => {
  test.each(readCases())('keeps its meaning: "$written"', ({ spoken, written }) => {
    expect(keeps(spoken, written)).toBe(true);
  });

  test.each([
    ['five to ten thousand units', '5,000–10,000 units'],
    ['two, three, or four hundred', '200, 300, or 400'],
    ['half a million', '500,000'],
    ['one hundred and five thousand', '105,000'],
    ['a million and a half units', '1.5 million units'],
    ['three slash fourteen slash nineteen sixty two', '3/14/1962'],
    ['nine oh two one oh', '90210'],
    ['double five five one two three four', '555-1234'],
    ['t two n one m zero', 'T2N1M0'],
    ['twenty uh five milligrams', '25 mg'],
    ['in the nineteen eighties', 'in the 1980s'],
    ['two and three quarters inches', '2¾ inches'],
  ])('"%s" may be "%s"', (spoken, written) => {
    expect(keeps(spoken, written)).toBe(true);
  });
});

describe('a wrong written form', () => {
  test.each([
    ['five to ten thousand units', '5–10,000 units'],
    ['two or three hundred', '2 or 300'],
    ['half a million', 'half 1 million'],
    ['troponin point oh four', 'troponin 0.0 four'],
    ['zip code nine oh two one oh', 'zip code 9021 oh'],
    ['double five five one two', 'double 5512'],
    ['twenty uh five milligrams', '20 uh 5 mg'],
    ['point oh', '0.0'],
    ['one hundred five', '100 5'],
    ['five or ten', '510'],
    ['ten, fifteen', '1015'],
    ['minus two point five', '2.5'],
    ["don't give ten", 'give 10'],
    ['no fever, not ten', 'not fever, no 10'],
  ])('"%s" is not "%s"', (spoken, written) => {
    expect(keeps(spoken, written)).toBe(false);
  });
});

describe('a rule that is broken', () => {
  test.each(Object.entries(faults()))('and would %s is detected', (_, broken) => {
    let found = 0;
    fc.assert(
      fc.property(phrase, fc.nat(), fc.nat(), (spoken, first, second) => {
        const words = spoken.split(' ');
        const written = writeWords(words).map(({ text }) => text);
        expect(keepsMeaning(words, written), `${spoken} as ${written.join(' ')}`).toBe(true);
        const wrong = broken(written, first, second);
        if (wrong === undefined) return;
        found += 1;
        expect(keepsMeaning(words, wrong), `${spoken} as ${wrong.join(' ')}`).toBe(false);
      }),
      { numRuns: 500, seed: 56 },
    );
    expect(found).toBeGreaterThan(150);
  });
});

describe('terms that replace words', () => {
  test('may not remove a number or a negation', () => {
    expect(termsKeepMeaning(spelt('a one c of seven'), spelt('A1c of seven'))).toBe(true);
    expect(termsKeepMeaning(spelt('ten ormin daily'), spelt('Tenormin daily'))).toBe(true);
    expect(termsKeepMeaning(spelt('spiro lactone ten to fifteen'), spelt('Spironolactone fifteen'))).toBe(
      false,
    );
    expect(termsKeepMeaning(spelt('not a fib'), spelt('AFib'))).toBe(false);
  });
});

type Fault = (written: readonly string[], first: number, second: number) => string[] | undefined;

/** Mistakes that a rule can make in the words that it writes; undefined if the words give no opportunity for one. */
function faults(): Record<string, Fault> {
  return {
    'drop a number': atFigures((words, at) => words.toSpliced(at, 1)),
    'write a number twice': atFigures((words, at) => words.toSpliced(at, 0, words[at] ?? '')),
    'write another scale': atFigures((words, at) => with_(words, at, (figures) => `${figures},000`)),
    'lose a digit': atFigures((words, at, other) =>
      with_(words, at, (figures) => {
        const place = other % figures.length;
        return figures.slice(0, place) + figures.slice(place + 1);
      }),
    ),
    'shift a point': atFigures((words, at) =>
      with_(words, at, (figures) =>
        figures.includes('.')
          ? figures.replace(/\.(\d)/u, '$1.')
          : `${figures.slice(0, -1) || '0'}.${figures.slice(-1)}`,
      ),
    ),
    'swap two numbers': (words, first) => {
      const [one, other] = neighbours(words, first);
      if (one === undefined || other === undefined) return undefined;
      return words.with(one, words[other] ?? '').with(other, words[one] ?? '');
    },
    'join two numbers': (words, first) => {
      const [one, other] = neighbours(words, first);
      if (one === undefined || other === undefined) return undefined;
      return words.with(one, `${words[one] ?? ''}${words[other] ?? ''}`).toSpliced(other, 1);
    },
    'drop a negation': atNegation((words, at) => words.toSpliced(at, 1)),
    'double a negation': atNegation((words, at) => words.toSpliced(at, 0, words[at] ?? '')),
  };
}

function figuresIn(words: readonly string[]): number[] {
  return words.flatMap((word, at) => (/^\d[\d,]*(?:\.\d+)?$/u.test(word) ? [at] : []));
}

/** Does something to one of the words in figures, as long as its value changes. */
function atFigures(broken: (words: readonly string[], at: number, other: number) => string[]): Fault {
  return (words, first, second) => {
    const places = figuresIn(words);
    const at = places[first % places.length];
    if (at === undefined) return undefined;
    const wrong = broken(words, at, second);
    const isSame = wrong.length === words.length && valueOf(wrong[at]) === valueOf(words[at]);
    return isSame ? undefined : wrong;
  };
}

function atNegation(broken: (words: readonly string[], at: number) => string[]): Fault {
  return (words) => {
    const at = words.findIndex((word) => /^(?:no|not|without|never|denies)$/iu.test(word));
    return at < 0 ? undefined : broken(words, at);
  };
}

/** Two numbers that differ, with words between them and no number. */
function neighbours(words: readonly string[], first: number): readonly number[] {
  const places = figuresIn(words);
  const pairs = places.slice(1).map((other, index) => [places[index] ?? 0, other] as const);
  const apart = pairs.filter(
    ([one, other]) => other > one + 1 && valueOf(words[one]) !== valueOf(words[other]),
  );
  return apart[first % apart.length] ?? [];
}

function with_(words: readonly string[], at: number, change: (figures: string) => string): string[] {
  return words.with(at, change(words[at] ?? ''));
}

function valueOf(word: string | undefined): number {
  return Number((word ?? '').replaceAll(',', ''));
}

/** Phrases whose numbers stand apart, so that each is one. */
const number: Arbitrary<string> = fc.oneof(
  fc.integer({ min: 1, max: 99 }).map(spell),
  fc.integer({ min: 100, max: 9999 }).map(spell),
  fc
    .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 9 }))
    .map(([a, b]) => `${spell(a)} point ${spell(b)}`),
);
const clause = fc
  .tuple(
    fc.constantFrom('give', 'no more than', 'not above', 'denies taking', 'without', 'never below', 'start'),
    number,
    fc.constantFrom('milligrams', 'units', 'milliliters', 'tablets'),
    fc.constantFrom('daily', 'in the morning', 'of heparin', 'for pain'),
  )
  .map((parts) => parts.join(' '));
const phrase = fc.array(clause, { minLength: 1, maxLength: 3 }).map((clauses) => clauses.join(' then '));

function spell(value: number): string {
  return numberToWords.toWords(value).replaceAll(',', '').replaceAll('-', ' ');
}

function keeps(spoken: string, written: string): boolean {
  return keepsMeaning(spoken.split(' '), written.split(' '));
}

function spelt(text: string): SpelledWord[] {
  return text
    .split(' ')
    .map((word, at) => ({ text: word, spaceBefore: at > 0, firstToken: at, tokens: 1, confidence: 0.9 }));
}
