import { textOfSegments, type Segment } from '../transcript.js';

/** What somebody says until somebody else does. */
export interface Turn {
  /** Absent if it is not known who speaks. */
  readonly speaker?: number;
  /** Seconds of audio since `start()`. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The turns of successive segments. Segments with words are cut where the speaker changes. */
export function turnsOf(segments: readonly Segment[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const piece of segments.flatMap(piecesOf)) {
    const last = turns.at(-1);
    if (last?.speaker !== piece.speaker || !last) turns.push(piece);
    else turns.splice(-1, 1, { ...last, end: piece.end, text: textOfSegments([last, piece]) });
  }
  return turns;
}

/** The parts of a segment by one speaker each. A word of nobody known is that of who spoke before it. */
function piecesOf({ text, words, speaker, start, end }: Segment): readonly Turn[] {
  const pieces: { speaker?: number; start: number; end: number; text: string }[] = [];
  let [at, cut] = [0, 0];
  let current = words?.find((word) => word.speaker !== undefined)?.speaker ?? speaker;
  const add = (until: number, ends: number): void => {
    pieces.push({
      ...(current !== undefined && { speaker: current }),
      start: pieces.at(-1)?.end ?? start,
      end: ends,
      text: text.slice(cut, until),
    });
    cut = until;
  };
  for (const word of words ?? []) {
    const from = Math.max(at, text.indexOf(word.text, at));
    if (word.speaker !== undefined && word.speaker !== current) {
      add(from, word.start);
      current = word.speaker;
    }
    at = from + word.text.length;
  }
  add(text.length, end);
  return pieces.map((piece) => ({ ...piece, text: piece.text.replace(/^ | $/gu, '') }));
}
