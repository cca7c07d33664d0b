import type { Word } from '@auscult/protocol';

/** Words of one speaker that belong together, mostly an utterance. */
export interface CueSource {
  readonly words: readonly Word[];
  /** What the speaker is called, if speakers were told apart. */
  readonly name?: string | undefined;
}

/** The text that is on screen at one time. */
export interface Cue {
  /** Seconds. Cues follow each other and never overlap. */
  readonly start: number;
  readonly end: number;
  /** One or two lines. */
  readonly lines: readonly string[];
  /** What the speaker is called, if speakers were told apart. */
  readonly name?: string | undefined;
}

/**
 * Characters of a line, lines of a cue and seconds on screen, as broadcasters and Netflix require of English
 * subtitles.
 */
export const CUE_LIMITS = { lineCharacters: 42, lines: 2, seconds: 7 } as const;

/** A shorter cue cannot be read. Cues are prolonged to this length if the next one leaves the time. */
const SHORTEST_SECONDS = 1;

/** What is written before the first word of a cue; an empty text for nothing. */
type LeadOf = (name: string) => string;

/**
 * Cuts segments into cues at word times. A cue never holds words of two segments, and ends with a sentence
 * when more than one line is full. With `leadOf`, the first line begins with who speaks; it is longer than allowed if a name is.
 */
export function* cutCues(sources: Iterable<CueSource>, leadOf: LeadOf = () => ''): Generator<Cue> {
  let free = 0;
  let last: Group | undefined;
  for (const group of groupsOf(sources, leadOf)) {
    if (last !== undefined) {
      const cue = showWords(last, free, group.words[0]?.start ?? Number.POSITIVE_INFINITY);
      yield cue;
      free = cue.end;
    }
    last = group;
  }
  if (last !== undefined) yield showWords(last, free, Number.POSITIVE_INFINITY);
}

/** The words of a cue, and what is written before them. */
interface Group extends CueSource {
  readonly lead: string;
}

function* groupsOf(sources: Iterable<CueSource>, leadOf: LeadOf): Generator<Group> {
  for (const { words, name } of sources) {
    const lead = name === undefined ? '' : leadOf(name);
    for (const group of groupWords(words.flatMap(breakLongWord), lead)) yield { words: group, name, lead };
  }
}

function* groupWords(words: readonly Word[], lead: string): Generator<readonly Word[]> {
  let group: Word[] = [];
  for (const word of words) {
    if (group.length > 0 && (!fits([...group, word], lead) || endsWell(group, lead))) {
      yield group;
      group = [];
    }
    group.push(word);
  }
  if (group.length > 0) yield group;
}

function fits(words: readonly Word[], lead: string): boolean {
  const [first, last] = [words.at(0), words.at(-1)];
  if (first === undefined || last === undefined) return true;
  return last.end - first.start <= CUE_LIMITS.seconds && wrap(words, lead).length <= CUE_LIMITS.lines;
}

function endsWell(words: readonly Word[], lead: string): boolean {
  return wrap(words, lead).length > 1 && /[.?!]["”’)]?$/.test(words.at(-1)?.text ?? '');
}

function wrap(words: readonly Word[], lead: string): string[] {
  const lines: string[] = lead === '' ? [] : [lead];
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

function showWords({ words, name, lead }: Group, free: number, next: number): Cue {
  const start = Math.max(free, words.at(0)?.start ?? free);
  const spoken = Math.max(words.at(-1)?.end ?? start, start + 0.001);
  const readable = Math.max(spoken, Math.min(start + SHORTEST_SECONDS, next));
  const end = Math.min(readable, start + CUE_LIMITS.seconds);
  return { start, end, lines: wrap(words, lead), ...(name === undefined ? {} : { name }) };
}
