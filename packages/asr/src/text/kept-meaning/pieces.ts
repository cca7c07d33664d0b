import { HESITATIONS } from './number-vocabulary.js';

/** A word, a number in figures, a fraction sign (½, as a decimal), or any other sign. */
export interface Piece {
  readonly kind: 'word' | 'figures' | 'part' | 'sign';
  readonly text: string;
  /** Whether nothing, not even a space, is between it and the piece before. */
  readonly glued: boolean;
  /** Whether a comma, a full stop or another sign is between it and the piece before. */
  readonly parted: boolean;
}

/** The pieces of words, without hesitations and the commas around them. */
export function piecesOf(words: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let parted = false;
  for (const word of words) {
    const lower = plainAbbreviation(word.toLowerCase());
    if (HESITATIONS.has(lower.replace(/\W+$/u, ''))) {
      if (pieces.at(-1)?.text === ',') pieces.pop();
      parted = false;
      continue;
    }
    if (/^\p{L}+$/u.test(lower)) {
      pieces.push({ kind: 'word', text: lower, glued: false, parted });
      parted = false;
      continue;
    }
    let end = -1;
    for (const { 0: text, index, groups = {} } of lower.matchAll(PIECE)) {
      const glued = index === end;
      end = index + text.length;
      if (groups['sign'] === undefined) {
        pieces.push({ kind: kindOf(groups), text: PARTS.get(text) ?? text, glued, parted });
        parted = false;
      } else {
        const joins = text === '-' && glued && /^\p{L}/u.test(lower.slice(end));
        if (!joins) pieces.push({ kind: 'sign', text, glued, parted });
        parted = !joins;
      }
    }
  }
  return pieces;
}

/** `t.i.w.` as `tiw`; `q1d`, which means every day, counts as without a number. */
function plainAbbreviation(word: string): string {
  return /^(?:\p{L}\.){2,}/u.test(word) ? word.replaceAll('.', '') : word.replace(/^q1d\b/u, 'qd');
}

const PIECE =
  /(?<figures>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+)|(?<word>\p{L}(?:[\p{L}'’]*\p{L})?)|(?<part>[½¼¾])|(?<sign>\S)/gu;

const PARTS: ReadonlyMap<string, string> = new Map([
  ['½', '0.5'],
  ['¼', '0.25'],
  ['¾', '0.75'],
]);

function kindOf(groups: Readonly<Record<string, string | undefined>>): Piece['kind'] {
  if (groups['figures'] !== undefined) return 'figures';
  return groups['part'] === undefined ? 'word' : 'part';
}
