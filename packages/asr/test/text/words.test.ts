import fc from 'fast-check';
import llamaTokenizer from 'llama-tokenizer-js';
import { describe, expect, test } from 'vitest';
import { moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { spellWords } from '../../src/text/words.js';

describe('words from the tokens of the Llama vocabulary', () => {
  test('are split at spaces and keep their punctuation', () => {
    expect(wordsOf("OK, and it's a 2 out of 10?")).toEqual([
      'OK,',
      'and',
      "it's",
      'a',
      '2',
      'out',
      'of',
      '10?',
    ]);
  });

  test('are whole where a letter takes several tokens', () => {
    expect(wordsOf('Sjögren ☤ 𝛽-blocker')).toEqual(['Sjögren', '☤', '𝛽-blocker']);
  });

  test('have the confidence of their least likely token', () => {
    const tokens = tokensOf('apixaban daily');
    const words = spellWords(
      tokens,
      tokens.map((_, index) => -index / 10),
      moonshineTokenText,
    );
    expect(words).toHaveLength(2);
    for (const { firstToken, tokens: count, confidence } of words) {
      expect(confidence).toBeCloseTo(Math.exp(-(firstToken + count - 1) / 10), 10);
    }
  });

  test('are none without tokens, nor of tokens that frame the text', () => {
    expect(spellWords([], [], moonshineTokenText)).toEqual([]);
    expect(spellWords([1, 2, 0], [0, 0, 0], moonshineTokenText)).toEqual([]);
  });

  test('show bytes that are no UTF-8 as a replacement character', () => {
    const spelled = spellWords([byteToken(0xc3)], [0], moonshineTokenText);
    expect(spelled.map(({ text }) => text)).toEqual(['\uFFFD']);
  });

  test('give back every text, one word after another', () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => /^[^\s\u2581]+$/u.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (words) => {
        const tokens = tokensOf(words.join(' '));
        const spelled = spellWords(
          tokens,
          tokens.map(() => -0.1),
          moonshineTokenText,
        );
        expect(spelled.map(({ text }) => text)).toEqual(words);
        let next = 0;
        for (const { firstToken, tokens: count } of spelled) {
          expect(firstToken).toBeGreaterThanOrEqual(next);
          next = firstToken + count;
        }
        expect(next).toBeLessThanOrEqual(tokens.length);
      }),
    );
  });
});

function tokensOf(text: string): number[] {
  return llamaTokenizer.encode(text, false, true);
}

function byteToken(byte: number): number {
  return llamaTokenizer.vocabById.indexOf(`<0x${byte.toString(16).toUpperCase()}>`);
}

function wordsOf(text: string): string[] {
  const tokens = tokensOf(text);
  return spellWords(
    tokens,
    tokens.map(() => 0),
    moonshineTokenText,
  ).map((word) => word.text);
}
