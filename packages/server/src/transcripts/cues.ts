import type { Word } from '@auscult/protocol';
import type { TranscriptSegment } from './transcript.js';

/** The text that is on screen at one time. */
export interface Cue {
  /** Seconds. Cues follow each other and never overlap. */
  readonly start: number;
  readonly end: number;
  /** One or two lines. */
  readonly lines: readonly string[];
}

/**
 * Characters of a line, lines of a cue and seconds on screen, as broadcasters and Netflix require of English
 * subtitles.
 */
export const CUE_LIMITS = { lineCharacters: 42, lines: 2, seconds: 7 } as const;

/** A shorter cue cannot be read. Cues are prolonged to this length if the next one leaves the time. */
const SHORTEST_SECONDS = 1;

/**
 * Cuts segments into cues at word times. A cue never holds words of two segments, and ends with a sentence
 * when more than one line is full.
 */
export function* cutCues(segments: readonly Pick<TranscriptSegment, 'words'>[]): Generator<Cue> {
  let free = 0;
  let last: readonly Word[] | undefined;
  for (const group of groupsOf(segments)) {
    if (last !== undefined) {
      const cue = showWords(last, free, group[0]?.start ?? Number.POSITIVE_INFINITY);
      yield cue;
      free = cue.end;
    }
    last = group;
  }
  if (last !== undefined) yield showWords(last, free, Number.POSITIVE_INFINITY);
}

function* groupsOf(segments: readonly Pick<TranscriptSegment, 'words'>[]): Generator<readonly Word[]> {
  for (const { words } of segments) yield* groupWords(words.flatMap(breakLongWord));
}

function* groupWords(words: readonly Word[]): Generator<readonly Word[]> {
  let group: Word[] = [];
  for (const word of words) {
    if (group.length > 0 && (!fits([...group, word]) || endsWell(group))) {
      yield group;
      group = [];
    }
    group.push(word);
  }
  if (group.length > 0) yield group;
}

function fits(words: readonly Word[]): boolean {
  const [first, last] = [words.at(0), words.at(-1)];
  if (first === undefined || last === undefined) return true;
  return last.end - first.start <= CUE_LIMITS.seconds && wrap(words).length <= CUE_LIMITS.lines;
}

function endsWell(words: readonly Word[]): boolean {
  return wrap(words).length > 1 && /[.?!]["”’)]?$/.test(words.at(-1)?.text ?? '');
}

function wrap(words: readonly Word[]): string[] {
  const lines: string[] = [];
  for (const { text } of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + text.length <= CUE_LIMITS.lineCharacters) {
      lines[lines.length - 1] = `${line} ${text}`;
    } else {
      lines.push(text);
    }
  }
  return lines;
}

/** Breaks a word that is longer than a line into several lines, dividing its time in proportion. */
function breakLongWord(word: Word): Word[] {
  const pieces = word.text.match(/.{1,42}/gsu) ?? [];
  const seconds = (word.end - word.start) / Math.max(1, pieces.length);
  return pieces.map((text, i) => ({
    ...word,
    text,
    start: word.start + i * seconds,
    end: word.start + (i + 1) * seconds,
  }));
}

function showWords(words: readonly Word[], free: number, next: number): Cue {
  const start = Math.max(free, words.at(0)?.start ?? free);
  const spoken = Math.max(words.at(-1)?.end ?? start, start + 0.001);
  const readable = Math.max(spoken, Math.min(start + SHORTEST_SECONDS, next));
  return { start, end: Math.min(readable, start + CUE_LIMITS.seconds), lines: wrap(words) };
}
