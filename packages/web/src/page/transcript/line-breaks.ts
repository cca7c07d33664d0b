import type { Word } from '@auscult/client';
import type { LineBreak, LineWord } from './line-word.js';

/** A word as it stands in a text, or a line break that no word follows. */
export type TextPiece = Pick<LineWord, 'text' | 'breakBefore'>;

/** The words of a text. */
export function textPiecesOf(text: string): readonly TextPiece[] {
  return [...text.matchAll(/(\s*)(\S+|$)/gu)]
    .map(([, space = '', word = '']) => withBreak<TextPiece>({ text: word }, breakIn(space)))
    .filter((piece) => piece.text !== '' || piece.breakBefore !== undefined);
}

/** Words with the line breaks that are between them in their text. */
export function wordsWithBreaks(words: readonly Word[], text: string, end: number): readonly LineWord[] {
  let at = 0;
  const placed = words.map((word): LineWord => {
    const from = Math.max(at, text.indexOf(word.text, at));
    const space = text.slice(at, from);
    at = from + word.text.length;
    return withBreak(word, breakIn(space));
  });
  const last = breakIn(text.slice(at));
  return last === undefined
    ? placed
    : [...placed, { text: '', start: end, end, confidence: 1, breakBefore: last }];
}

/** A word with this line break before it in place of its own. */
export function withBreak<Piece extends TextPiece>(piece: Piece, breakBefore: LineBreak | undefined): Piece {
  return piece.breakBefore === breakBefore ? piece : { ...piece, breakBefore };
}

/** The text of words: a space between two of them, unless there is a line break. */
export function joinedWords(words: readonly TextPiece[]): string {
  return words
    .map(({ text, breakBefore }, index) => {
      const follows = index > 0 && words[index - 1]?.text !== '';
      return (breakBefore ?? (follows ? ' ' : '')) + text;
    })
    .join('');
}

function breakIn(space: string): LineBreak | undefined {
  const lines = space.split('\n').length - 1;
  if (lines === 0) return undefined;
  return lines === 1 ? '\n' : '\n\n';
}
