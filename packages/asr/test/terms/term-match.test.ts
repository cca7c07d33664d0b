import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moonshineTokens, moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { createTermMatcher, type TermMatch, type TermMatcher } from '../../src/terms/term-match.js';
import { atOnce } from '../../src/terms/steps.js';
import { growTermTrie } from '../../src/terms/term-trie.js';
import { growVocabularyTrie } from '../../src/terms/vocabulary-trie.js';

const vocabulary = atOnce(growVocabularyTrie(32_000, moonshineTokenText));

const TERMS = ['atrial', 'atrial fibrillation', 'metoprolol', 'HbA1c', 'McMurray test'];

describe('a matcher of terms', () => {
  test.each([
    'metoprolol',
    'Metoprolol',
    'METOPROLOL',
    'took metoprolol daily',
    'metoprolol, then',
    'the hba1c is',
  ])('finds the term in any casing and with anything around it: %s', (text) => {
    expect(read(text).settled).toBe(10);
  });

  test.each(['metoprol', 'metoprololol', 'metoprolols', 'xmetoprolol', 'fibrillation', 'McMurray'])(
    'withdraws the bonus for a part of the term, and for a part of a longer word: %s',
    (text) => {
      expect(read(text).settled).toBe(0);
    },
  );

  test('counts the longest of terms that begin alike, once', () => {
    expect(read('atrial').settled).toBe(10);
    expect(read('atrial flutter').settled).toBe(10);
    expect(read('atrial fibrillation today').settled).toBe(10);
  });

  test('counts a repeated term once', () => {
    expect(read('metoprolol metoprolol metoprolol metoprolol').settled).toBe(10);
    expect(read('metoprolol and atrial and metoprolol and atrial').settled).toBe(20);
  });

  test('finds a term however its letters are divided into tokens', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TERMS), fc.infiniteStream(fc.nat()), (term, choices) => {
        const matcher = matcherOf(TERMS);
        const tokens = divided(` ${term}`, choices);
        expect(tokens.map(textOf).join('')).toBe(` ${term}`);
        expect(readTokens(matcher, tokens).settled).toBe(10);
      }),
    );
  });

  test('gives a bonus that only grows within a term, up to that of the whole term', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TERMS), (term) => {
        const matcher = matcherOf(TERMS);
        let match = matcher.start;
        let before = 0;
        for (const token of moonshineTokens(term)) {
          match = matcher.next(match, token);
          expect(match.pending).toBeGreaterThanOrEqual(before);
          expect(match.settled + match.pending).toBeLessThanOrEqual(10);
          before = match.pending;
        }
      }),
    );
  });

  test('ends with no bonus pending, whatever was read', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 3, max: 31_999 }), { maxLength: 30 }), (tokens) => {
        const { settled, pending } = readTokens(matcherOf(TERMS), tokens);
        expect(pending).toBe(0);
        expect(settled).toBeGreaterThanOrEqual(0);
        expect(settled).toBeLessThanOrEqual(10 * TERMS.length);
      }),
    );
  });
});

function matcherOf(terms: readonly string[]): TermMatcher {
  const spellings = terms.map((text) => ({ text, bonus: 10 }));
  return createTermMatcher(atOnce(growTermTrie(spellings, vocabulary)), moonshineTokenText);
}

function read(text: string): TermMatch {
  return readTokens(matcherOf(TERMS), moonshineTokens(text));
}

function readTokens(matcher: TermMatcher, tokens: readonly number[]): TermMatch {
  return matcher.end(tokens.reduce((match, token) => matcher.next(match, token), matcher.start));
}

function textOf(token: number): string {
  return Buffer.from(moonshineTokenText(token).bytes).toString();
}

/** Tokens of a text, each chosen among all that it may go on with. */
function divided(text: string, choices: Iterable<number>): number[] {
  const chosen = choices[Symbol.iterator]();
  const tokens: number[] = [];
  for (let rest = text; rest !== '';) {
    const possible = byText.filter(([piece]) => rest.startsWith(piece));
    const [piece, token] = possible[(chosen.next().value as number) % possible.length] ?? ['', 0];
    tokens.push(token);
    rest = rest.slice(piece.length);
  }
  return tokens;
}

/** Tokens by their text, of those that are more than a space. */
const byText = Array.from({ length: 31_997 }, (_, index) => [textOf(index + 3), index + 3] as const).filter(
  ([text]) => text.trim() !== '',
);
