import type { Segment, Word } from '@auscult/client';

/** A word as it was heard, and what is shown in its place. */
export interface Cell {
  /** Its text is empty if it stands for line breaks behind the last word. */
  readonly heard: Word;
  /** The space or the line breaks before it. */
  readonly space: string;
  /** What is shown: the word, what a person wrote instead, which may be several words, or nothing. */
  readonly text: string;
  /** Whether a person has looked at it. */
  readonly isChecked?: true;
}

/** The words of a segment. Where it has none with times of their own, they have those of the segment, and nothing is doubtful. */
export function cellsOf({ text, words, start, end, speaker }: Segment): readonly Cell[] {
  const of = (word: string): Word => ({
    ...{ text: word, start, end, confidence: 1 },
    ...(speaker !== undefined && { speaker }),
  });
  const heard = words ?? text.split(/\s+/u).filter(Boolean).map(of);
  let at = 0;
  const cells = heard.map((word): Cell => {
    const from = Math.max(at, text.indexOf(word.text, at));
    const space = text.slice(at, from);
    at = from + word.text.length;
    return { heard: word, space, text: word.text };
  });
  const rest = text.slice(at);
  return rest === '' ? cells : [...cells, { heard: of(''), space: rest, text: '' }];
}

/** Words as they were corrected, with who says them by a newer version of their segment. */
export function relabelledCells(cells: readonly Cell[], segment: Segment): readonly Cell[] {
  return cellsOf(segment).map((cell, index) => ({ ...cell, ...cells[index], heard: cell.heard }));
}

/** The text of words, without space around it. */
export function textOfCells(cells: readonly Cell[]): string {
  return cells
    .map(({ space, text }) => space + text)
    .join('')
    .trim();
}

/** Whether a word may be wrong and nobody has looked at it. */
export function isDoubtful({ heard, isChecked, text }: Cell): boolean {
  return (
    text !== '' && isChecked === undefined && (heard.doubtful === true || heard.confidence < DOUBTFUL_BELOW)
  );
}

/** As many words are wrong as the page of the server marks below it. */
const DOUBTFUL_BELOW = 0.75;

/** Words with another text in place of `count` of them, all of which count as looked at. */
export function replaceCells(
  cells: readonly Cell[],
  index: number,
  count: number,
  text: string,
): readonly Cell[] {
  return cells.map((cell, at) => {
    if (at < index || at >= index + count) return cell;
    const isFirst = at === index;
    return { ...cell, ...(isFirst && text !== '' ? { text } : NOTHING), isChecked: true };
  });
}

/** Words with another text. Words before and behind what has changed stay as they are. */
export function correctCells(cells: readonly Cell[], text: string): readonly Cell[] {
  const words = cells.filter(({ heard }) => heard.text !== '');
  if (words.length === 0) return cells;
  const [before, after] = [textOfCells(words), written(text)];
  if (before === after) return cells;
  const places = placesOf(words);
  const startOf = (index: number): number => places[index]?.[0] ?? 0;
  const endOf = (index: number): number => places[index]?.[1] ?? before.length;
  const same = commonStart(before, after);
  const changedTo = before.length - commonEnd(before.slice(same), after.slice(same));
  let from = Math.max(
    0,
    places.findIndex(([, end]) => end >= same),
  );
  let to = Math.max(from + 1, places.findLastIndex(([start]) => start <= changedTo) + 1);
  while (from > 0 && startOf(from) > same) from--;
  while (to < words.length && endOf(to - 1) < changedTo) to++;
  let put = after.slice(startOf(from), after.length - (before.length - endOf(to - 1)));
  // A word that was touched, but is the same, stays itself.
  for (let last = words[to - 1]; to - 1 > from && last?.text; last = words[to - 1]) {
    const isAlone = put === last.text && (startOf(from) === 0 || last.space === words[from]?.space);
    if (!isAlone && !put.endsWith(last.space + last.text)) break;
    put = put.slice(0, isAlone ? 0 : -(last.space + last.text).length);
    to--;
  }
  return [...replaceCells(words, from, to - from, put), ...cells.slice(words.length)];
}

const NOTHING = { text: '', space: '' };

/** Where each word begins and ends in the text of all. */
function placesOf(cells: readonly Cell[]): readonly (readonly [start: number, end: number])[] {
  const leading = /^\s*/u.exec(cells.map(({ space, text }) => space + text).join(''))?.[0].length ?? 0;
  let at = -leading;
  return cells.map(({ space, text }) => {
    const start = at + space.length;
    at = start + text.length;
    return [Math.max(0, start), Math.max(0, at)];
  });
}

/** A text as it is kept: one space between words, or one or two line breaks. */
function written(text: string): string {
  return text
    .trim()
    .replace(/\s+/gu, (space) => (space.includes('\n') ? (/\n\s*\n/u.test(space) ? '\n\n' : '\n') : ' '));
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < Math.min(one.length, other.length) && one[length] === other[length]) length++;
  return length;
}

function commonEnd(one: string, other: string): number {
  let length = 0;
  while (length < Math.min(one.length, other.length) && one.at(-1 - length) === other.at(-1 - length))
    length++;
  return length;
}
