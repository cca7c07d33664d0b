import type { Segment } from '@auscult/client';
import type { Line } from '../transcript/line.js';
import type { LineWord } from '../transcript/line-word.js';
import { speakersOf } from '../transcript/parts.js';

/** Words of a line that a person gives to a speaker. */
export interface LineAssignment {
  readonly line: string;
  /** The first and the last word of `heard`. */
  readonly words: readonly [first: number, last: number];
  readonly speaker: number;
}

/** What a person corrects about who speaks. */
export interface LineCorrections {
  readonly assign?: readonly LineAssignment[];
  readonly merge?: readonly { readonly from: number; readonly into: number }[] | undefined;
}

/** The lines with the labels that the words of their finals have by now. */
export function withLabels(lines: readonly Line[], finals: ReadonlyMap<string, Segment>): readonly Line[] {
  return lines.map((line) => {
    const words = finals.get(line.id)?.words;
    return words ? { ...line, heard: line.heard.map((word, at) => labelled(word, words[at])) } : line;
  });
}

/** The lines as a person says who spoke. */
export function correctSpeakers(
  lines: readonly Line[],
  { assign = [], merge = [] }: LineCorrections,
): readonly Line[] {
  return lines.map((line) => {
    let changed = line;
    for (const each of assign) if (each.line === line.id) changed = assigned(changed, each);
    for (const { from, into } of merge) changed = merged(changed, from, into);
    return changed;
  });
}

function assigned(line: Line, { words: [first, last], speaker }: LineAssignment): Line {
  const before = speakersOf(line);
  return {
    ...line,
    heard: line.heard.map((word, at) => {
      if (at >= first && at <= last) return { ...word, speaker, speakerConfidence: 1, isAssigned: true };
      // Words without a label of their own stay with whom they were.
      const stays = before[at];
      return stays === undefined ? word : { ...word, speaker: stays };
    }),
  };
}

function merged(line: Line, from: number, into: number): Line {
  const speakers = speakersOf(line);
  if (!speakers.includes(from)) return line;
  return {
    ...line,
    heard: line.heard.map((word, at) => (speakers[at] === from ? { ...word, speaker: into } : word)),
  };
}

function labelled(word: LineWord, label: LineWord | undefined): LineWord {
  if (label?.speaker === undefined) return word;
  const { speaker, speakerConfidence = 1 } = label;
  return { ...word, speaker, speakerConfidence };
}
