import type { Line } from './line.js';
import type { LineWord } from './line-word.js';

/** What one speaker says of a line. Most lines have one part, which is the line itself. */
export interface LinePart {
  /** The part as a line of its own. */
  readonly line: Line;
  /** The line that it is part of. */
  readonly whole: Line;
  /** Its words of `whole.heard`: the first, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Absent if it is not known who speaks, or if nobody is told apart. */
  readonly speaker: number | undefined;
}

const known = new WeakMap<Line, readonly LinePart[]>();

/** The parts of a line, in order: it is divided where the speaker changes. */
export function partsOf(line: Line): readonly LinePart[] {
  const parts = known.get(line) ?? divided(line);
  known.set(line, parts);
  return parts;
}

/** Who said each of the recognised words of a line. A word of nobody known is that of who spoke before it. */
export function speakersOf({
  heard,
  channel,
}: Pick<Line, 'heard' | 'channel'>): readonly (number | undefined)[] {
  let current = heard.find(({ speaker }) => speaker !== undefined)?.speaker ?? channel;
  return heard.map(({ speaker }) => (current = speaker ?? current));
}

/** Who said most of a line. */
export function mainSpeakerOf(line: Line): number | undefined {
  const speakers = speakersOf(line);
  const countOf = (speaker: number | undefined): number => speakers.filter((each) => each === speaker).length;
  return [...new Set(speakers)].sort((one, other) => countOf(other) - countOf(one))[0];
}

/** The line with a corrected part in place of what the part was, however the line is divided by now. */
export function withPart(whole: Line, { heard, words }: Pick<Line, 'heard' | 'words'>): Line {
  const from = heard.at(0)?.at ?? 0;
  const to = (heard.at(-1)?.at ?? 0) + 1;
  const before = whole.words.filter((word) => placeOf(word) < from);
  const after = whole.words.filter((word) => placeOf(word) >= to);
  const placed = words.map((word) => (word.at === undefined ? { ...word, at: from } : word));
  return { ...whole, words: [...before, ...placed, ...after] };
}

/** Whether it may be somebody else who said a word: as many words are somebody else's as words may be wrong where that is marked. */
export function isOfUnsureSpeaker({ speakerConfidence = 1, isAssigned }: LineWord): boolean {
  return isAssigned !== true && speakerConfidence < UNSURE_SPEAKER_BELOW;
}

const UNSURE_SPEAKER_BELOW = 0.75;

function divided(line: Line): readonly LinePart[] {
  const speakers = speakersOf(line);
  const starts = speakers.flatMap((speaker, at) => (at > 0 && speaker === speakers[at - 1] ? [] : [at]));
  if (starts.length <= 1)
    return [
      {
        line,
        whole: line,
        from: 0,
        to: Math.max(1, line.heard.length),
        speaker: speakers[0] ?? line.channel,
      },
    ];
  return starts.map((from, index): LinePart => {
    const to = starts[index + 1] ?? line.heard.length;
    return { line: partLine(line, from, to), whole: line, from, to, speaker: speakers[from] };
  });
}

function partLine(line: Line, from: number, to: number): Line {
  const heard = line.heard.slice(from, to);
  return {
    ...line,
    id: from === 0 ? line.id : `${line.id}/${String(from)}`,
    start: heard.at(0)?.start ?? line.start,
    end: heard.at(-1)?.end ?? line.end,
    words: line.words.filter((word) => placeOf(word) >= from && placeOf(word) < to),
    heard,
    ...(line.spoken === undefined
      ? {}
      : { spoken: heard.map(({ spoken, text }) => spoken ?? text).join(' ') }),
  };
}

/** Lines that were kept by an earlier version of the page do not say which word is which. */
function placeOf({ at = 0 }: LineWord): number {
  return at;
}
