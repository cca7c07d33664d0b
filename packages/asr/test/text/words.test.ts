import fc from 'fast-check';
import llamaTokenizer from 'llama-tokenizer-js';
import { describe, expect, test } from 'vitest';
import { moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { joinWords, spellWords, type WordBreaks } from '../../src/text/words.js';

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

  test('are split at hyphens too, where that is asked for', () => {
    const text = 'start-arga-traubin 2 - 3';
    const tokens = tokensOf(text);
    const none = tokens.map(() => 0);
    const words = spellWords(tokens, none, moonshineTokenText, 'hyphens');
    expect(words.map((word) => word.text)).toEqual(['start', '-arga', '-traubin', '2', '-', '3']);
    expect(joinWords(words)).toBe(text);
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

  test('are none without tokens or with framing tokens only', () => {
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

describe('words from single bytes', () => {
  test('of languages without spaces are single characters, with the spaces that were written', () => {
    const words = spellBytes('服用 2 mg 薬を', 'characters');
    expect(words.map(({ text }) => text)).toEqual(Array.from('服用2mg薬を'));
    expect(words.map(({ spaceBefore }) => spaceBefore)).toEqual([
      false,
      false,
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(joinWords(words)).toBe('服用 2 mg 薬を');
    expect(words[1]).toMatchObject({ firstToken: 3, tokens: 3 });
  });

  test('join to the text again in every language', () => {
    const text = fc
      .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), { minLength: 1 })
      .filter((words) => words.every((word) => /^[^\s\uFEFF]+$/u.test(word)))
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(text, fc.constantFrom('characters' as const, 'spaces' as const), (written, breaks) => {
        expect(joinWords(spellBytes(written, breaks))).toBe(written);
      }),
    );
  });

  test('do not extend over tokens without text', () => {
    const bytes = [...Buffer.from(' ab'), TIMESTAMP, ...Buffer.from('cd'), TIMESTAMP];
    const scores = bytes.map((byte) => (byte === TIMESTAMP ? -9 : -0.5));
    const words = spellWords([TIMESTAMP, ...bytes], [-9, ...scores], byteText);
    expect(words).toEqual([
      { text: 'ab', spaceBefore: true, confidence: Math.exp(-0.5), firstToken: 1, tokens: 3 },
      { text: 'cd', spaceBefore: false, confidence: Math.exp(-0.5), firstToken: 5, tokens: 2 },
    ]);
  });
});

/** A token that stands for no byte. */
const TIMESTAMP = 256;

/** Every byte is a token. */
function byteText(token: number) {
  return { bytes: token < 256 ? Uint8Array.of(token) : new Uint8Array(0), beginsWord: token === 0x20 };
}

function spellBytes(text: string, breaks: WordBreaks) {
  const bytes = [...Buffer.from(text)];
  return spellWords(
    bytes,
    bytes.map(() => 0),
    byteText,
    breaks,
  );
}

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
