import { withBreak, type TextPiece } from './line-breaks.js';
import type { LineWord } from './line-word.js';
import { spreadWords } from './spread-words.js';

/** The line that is corrected. */
interface Corrected {
  readonly start: number;
  readonly end: number;
  readonly words: readonly LineWord[];
}

/** Gives the words of a corrected text the times of those they replace. Unchanged words are kept as they are. */
export function alignWords(line: Corrected, pieces: readonly TextPiece[]): LineWord[] {
  const { words } = line;
  const kept = commonWords(words, pieces);
  const aligned: LineWord[] = [];
  let [from, at] = [0, 0];
  for (const { word, text } of [...kept, { word: words.length, text: pieces.length }]) {
    aligned.push(
      ...replaced(line, words.slice(from, word), words[from - 1], words[word], pieces.slice(at, text)),
    );
    const [stays, piece] = [words[word], pieces[text]];
    if (stays !== undefined && piece !== undefined) aligned.push(withBreak(stays, piece.breakBefore));
    [from, at] = [word + 1, text + 1];
  }
  return aligned;
}

function replaced(
  line: Omit<Corrected, 'words'>,
  old: readonly LineWord[],
  before: LineWord | undefined,
  after: LineWord | undefined,
  pieces: readonly TextPiece[],
): LineWord[] {
  const start = old.at(0)?.start ?? before?.end ?? line.start;
  const end = old.at(-1)?.end ?? after?.start ?? line.end;
  const heard = old
    .map((word) => word.heard ?? word.text)
    .filter((text) => text !== '')
    .join(' ');
  const texts = pieces.map(({ text }) => text);
  return spreadWords(texts, { start, end, confidence: 1 }).map((word, index) => {
    const stoodHere = old[Math.floor((index * old.length) / texts.length)] ?? before ?? after;
    const placed = { ...word, at: stoodHere?.at };
    return withBreak<LineWord>(word.text === '' ? placed : { ...placed, heard }, pieces[index]?.breakBefore);
  });
}

/** Positions of the longest common subsequence. */
function commonWords(
  words: readonly LineWord[],
  texts: readonly TextPiece[],
): { readonly word: number; readonly text: number }[] {
  const longest = Array.from({ length: words.length + 1 }, () => new Array<number>(texts.length + 1).fill(0));
  const at = (word: number, text: number): number => longest[word]?.[text] ?? 0;
  for (let word = words.length - 1; word >= 0; word--) {
    const row = longest[word] ?? [];
    for (let text = texts.length - 1; text >= 0; text--) {
      row[text] =
        words[word]?.text === texts[text]?.text
          ? at(word + 1, text + 1) + 1
          : Math.max(at(word + 1, text), at(word, text + 1));
    }
  }
  const pairs: { readonly word: number; readonly text: number }[] = [];
  let [word, text] = [0, 0];
  while (word < words.length && text < texts.length) {
    if (words[word]?.text === texts[text]?.text) pairs.push({ word: word++, text: text++ });
    else if (at(word + 1, text) >= at(word, text + 1)) word++;
    else text++;
  }
  return pairs;
}
