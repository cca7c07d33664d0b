import { HESITATIONS } from './vocabulary.js';

/** A word, a number in digits, or a mark between them. */
export interface Token {
  /** In lower case; for a number, its digits without commas. */
  readonly text: string;
  readonly kind: 'word' | 'digits' | 'mark';
  /** No space before it. */
  readonly glued: boolean;
  /** Somebody hesitated before it. */
  readonly hesitant: boolean;
  /** Whether a part of a sentence or a sentence ends after it. */
  readonly ends: 'nothing' | 'part' | 'sentence';
}

/** Splits a spoken or written text. Hesitations are left out, together with the comma before them. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  const change = (change: Partial<Token>) => {
    const last = tokens.at(-1);
    if (last) tokens[tokens.length - 1] = { ...last, ...change };
  };
  const scanned = withoutAbbreviationPoints(text);
  let hesitated = false;
  for (const { 0: piece, index, groups = {} } of scanned.matchAll(PIECE)) {
    const glued = index === end && index > 0;
    end = index + piece.length;
    if (groups['digits'] !== undefined) {
      tokens.push({ text: digits(piece), kind: 'digits', glued, hesitant: hesitated, ends: 'nothing' });
    } else if (groups['glyph'] !== undefined) {
      tokens.push({ text: piece, kind: 'digits', glued, hesitant: hesitated, ends: 'nothing' });
    } else if (groups['word'] !== undefined) {
      const word = piece.toLowerCase().replaceAll('’', "'");
      if (HESITATIONS.has(word)) {
        if (tokens.at(-1)?.ends === 'part') change({ ends: 'nothing' });
        hesitated = true;
        continue;
      }
      tokens.push({ text: word, kind: 'word', glued, hesitant: hesitated, ends: 'nothing' });
    } else if (/[.;?!]/u.test(piece) || (piece === ':' && !/^\d/u.test(scanned.slice(end)))) {
      change({ ends: 'sentence' });
    } else if (piece === ',') {
      if (!hesitated && tokens.at(-1)?.ends === 'nothing') change({ ends: 'part' });
    } else if (MARKS.get(piece) === '-' && !isBetweenNumbers(tokens.at(-1), glued, scanned.slice(end))) {
      // The hyphen separates words: `twenty-five`, `45-year-old`, `COVID-19`, `L4–L5`.
      end = -1;
    } else if (MARKS.has(piece)) {
      tokens.push({
        text: MARKS.get(piece) ?? piece,
        kind: 'mark',
        glued,
        hesitant: hesitated,
        ends: 'nothing',
      });
    }
    hesitated = false;
  }
  return tokens;
}

const PIECE =
  /(?<digits>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+)|(?<glyph>[½¼¾⅓⅔])|(?<word>\p{L}(?:[\p{L}'’]*\p{L})?)|\S/gu;

const MARKS: ReadonlyMap<string, string> = new Map([
  ['–', '-'],
  ['-', '-'],
  ['/', '/'],
  [':', ':'],
  ['×', '×'],
  ['+', '+'],
  ['%', '%'],
  ['°', '°'],
  ['²', '²'],
  ['−', '-'],
]);

function isBetweenNumbers(before: Token | undefined, glued: boolean, behind: string): boolean {
  return /^\s?[\d.½¼¾]/u.test(behind) && (!glued || before?.kind !== 'word');
}

/** `a.m.` as `am`: its points end no sentence. */
function withoutAbbreviationPoints(text: string): string {
  return text.replace(/\b\p{L}\.(?:\p{L}\.)+/gu, (letters) => letters.replaceAll('.', ''));
}

function digits(piece: string): string {
  const plain = piece.replaceAll(',', '');
  return plain.startsWith('.') ? `0${plain}` : plain;
}
