import type { FinalHypothesis, Word, WordAlternative } from '../live/live-transcription.js';
import { writeAlternatives } from './write-alternatives.js';
import { obeyCommands, type Dictated, type DictatedLine } from './dictation/obey-commands.js';
import { bareWord } from './dictation/other-senses.js';
import { keepsMeaning, losesMeaning } from './kept-meaning/keeps-meaning.js';
import {
  beginsWithNumber,
  beginsWithPoint,
  endsInHomophone,
  endsInNumber,
  linksNumbers,
  writeWords,
  type OpenEnds,
} from './written-form/write-words.js';

/** How recognised text is to be written. */
export interface WritingOptions {
  /** Whether English numbers, units and names are put into written form: `25 mg` for `twenty five milligrams`. */
  readonly writtenForm: boolean;
  /** Whether `new paragraph`, `comma` and the like are obeyed if they are a phrase of their own. */
  readonly dictationCommands: boolean;
  /**
   * Whether a final may take back earlier ones, as it may by default. If not, the words that would do so stay as they were
   * said, with all of their final.
   */
  readonly takesBack?: boolean;
}

/** A final as it is written. */
export interface WrittenFinal extends FinalHypothesis {
  /** What was said, if it is written differently. */
  readonly spoken?: string;
  /** The `sequence` of finals whose text the speaker has taken back with this one, latest first. */
  readonly removes?: readonly number[];
}

/** What is remembered of a stream's finals because writing the next one depends on it. */
export interface WritingState {
  /** Where a number at the end of the last final ends, seconds; undefined if it ends in none. */
  readonly numberEndsAt: number | undefined;
  /** Where the last word of the last final ends if it sounds like a number, seconds. */
  readonly homophoneEndsAt?: number | undefined;
  /** The finals that can be taken back, latest last. */
  readonly standing: readonly number[];
  /** The last words that were said, in lower case, which tell a dictated `colon` from an organ. */
  readonly lastWords: readonly string[];
}

/** The state of a stream without finals. */
export const nothingWritten: WritingState = { numberEndsAt: undefined, standing: [], lastWords: [] };

/**
 * Writes the next final of a stream. Finals that were sent never change, so a number that may cross the border of two
 * finals stays as it was spoken on both sides (docs/decisions/0040). A whole final stays as it was spoken if a rule would lose
 * or change a number or a negation (docs/decisions/0056).
 */
export function writeFinal(
  state: WritingState,
  final: FinalHypothesis,
  options: WritingOptions,
): { readonly state: WritingState; readonly written: WrittenFinal } {
  if (!isEnglish(final.language) || (!options.writtenForm && !options.dictationCommands)) {
    return { state: nothingWritten, written: final };
  }
  const dictated = obeyed(state, final, options);
  const isObeyed = !losesMeaning(
    final.words,
    dictated.lines.flatMap(({ words }) => words),
  );
  const { lines, takenBack } = isObeyed ? dictated : asSpoken(final);
  const spoken = lines.map(({ words }) => words);
  const open = {
    start: continues(state, spoken.at(0)),
    end: endsOpen(spoken.at(-1)),
  };
  const rewritten = options.writtenForm ? writeLines(lines, open) : lines;
  const isKept = lines.every((line, at) =>
    keepsMeaning(texts(line.words), texts(rewritten[at]?.words ?? [])),
  );
  const written = isKept ? rewritten : lines;
  const stopped = isObeyed && isKept ? {} : { rewriteStopped: true as const };
  const text = written.map(({ breakBefore, words }) => breakBefore + joined(words)).join('');
  const removes = state.standing.slice(state.standing.length - takenBack).reverse();
  const standing = state.standing.slice(0, Math.max(0, state.standing.length - takenBack));
  const next: WritingState = {
    numberEndsAt: numberEnd(state, spoken),
    homophoneEndsAt: homophoneEnd(spoken.at(-1)),
    lastWords: [...state.lastWords, ...final.words.map(bareWord)].slice(-MOST_LAST_WORDS),
    standing: text === '' ? standing : [...standing, final.sequence].slice(-MOST_STANDING),
  };
  if (text === joined(final.words) && takenBack === 0)
    return { state: next, written: isObeyed && isKept ? final : { ...final, ...stopped } };
  return {
    state: next,
    written: {
      ...final,
      text,
      words: written.flatMap(({ words }) => words),
      spoken: final.text,
      ...stopped,
      ...(removes.length === 0 ? {} : { removes }),
    },
  };
}

/** Writes the finals of a whole recording, without those that the speaker took back. */
export function writeFinals(finals: readonly FinalHypothesis[], options: WritingOptions): WrittenFinal[] {
  return standingFinals(writeEachFinal(finals, options));
}

/** Writes the finals of a whole recording, including those that the speaker takes back later. */
export function writeEachFinal(finals: readonly FinalHypothesis[], options: WritingOptions): WrittenFinal[] {
  let state = nothingWritten;
  return finals.map((final) => {
    const next = writeFinal(state, final, options);
    state = next.state;
    return next.written;
  });
}

/** The finals that have text and that no other final takes back. */
export function standingFinals(written: readonly WrittenFinal[]): WrittenFinal[] {
  const removed = new Set(written.flatMap(({ removes = [] }) => removes));
  return written.filter(({ sequence, text }) => text !== '' && !removed.has(sequence));
}

/** Finals that can be taken back one after another. */
const MOST_STANDING = 50;

/** The most last words that are kept, to tell what a command means. */
const MOST_LAST_WORDS = 12;

/** The longest pause after which a number may continue, seconds: time to look it up, or to search for a word. */
const SAME_NUMBER_SECONDS = 3;

function obeyed({ lastWords }: WritingState, final: FinalHypothesis, options: WritingOptions): Dictated {
  if (!options.dictationCommands) return asSpoken(final);
  const dictated = obeyCommands(final.words, lastWords);
  return dictated.takenBack > 0 && options.takesBack === false ? asSpoken(final) : dictated;
}

function asSpoken({ words }: FinalHypothesis): Dictated {
  return { lines: [{ breakBefore: '', words }], takenBack: 0 };
}

function isEnglish(language: string): boolean {
  return /^en(?:-|$)/iu.test(language);
}

/** Whether a final has no end of a sentence, so that it may have been cut in the middle of a number. */
function endsOpen(words: readonly Word[] | undefined): boolean {
  const last = words?.at(-1);
  return last !== undefined && !/[.?!;:]["”’)]*$/u.test(last.text);
}

function numberEnd({ numberEndsAt }: WritingState, lines: readonly (readonly Word[])[]): number | undefined {
  const words = lines.at(-1) ?? [];
  const last = words.at(-1);
  if (last === undefined) return numberEndsAt;
  if (endsInNumber(texts(words))) return last.end;
  const goesOn = lines.length === 1 && isNear(numberEndsAt, words) && linksNumbers(texts(words));
  return goesOn ? last.end : undefined;
}

/** Where a last word ends that sounds like a number: in `Her potassium is two`, `two` may have been heard as `too`. */
function homophoneEnd(words: readonly Word[] = []): number | undefined {
  return endsInHomophone(texts(words)) ? words.at(-1)?.end : undefined;
}

function continues({ numberEndsAt, homophoneEndsAt }: WritingState, words: readonly Word[] = []): boolean {
  if (isNear(numberEndsAt, words) && beginsWithNumber(texts(words))) return true;
  return isNear(homophoneEndsAt, words) && beginsWithPoint(texts(words));
}

function isNear(numberEndsAt: number | undefined, words: readonly Word[]): boolean {
  const first = words.at(0);
  return (
    numberEndsAt !== undefined && first !== undefined && first.start - numberEndsAt < SAME_NUMBER_SECONDS
  );
}

function writeLines(
  lines: readonly DictatedLine[],
  open: { readonly start: boolean; readonly end: boolean },
): readonly DictatedLine[] {
  return lines.map(({ breakBefore, words }, index) => {
    const ends = { start: open.start && index === 0, end: open.end && index === lines.length - 1 };
    return { breakBefore, words: writeSpeakers(words, ends) };
  });
}

/** Writes what each speaker says by itself: a number that two people say together stays as it was spoken. */
function writeSpeakers(words: readonly Word[], open: OpenEnds): Word[] {
  const runs = bySpeaker(words);
  return runs.flatMap((run, at) => {
    const [before, after] = [runs[at - 1], runs[at + 1]];
    return writeRun(run, {
      start: before ? sharesNumber(before, run) : open.start,
      end: after ? sharesNumber(run, after) : open.end,
    });
  });
}

function writeRun(words: readonly Word[], open: OpenEnds): Word[] {
  const written = writeWords(texts(words), open);
  const alternatives = writeAlternatives(words, written, open);
  return written.map(({ text, first, last }, place) =>
    writtenWord(text, words.slice(first, last + 1), alternatives[place] ?? []),
  );
}

/** The words in a row that one speaker says. */
function bySpeaker(words: readonly Word[]): readonly (readonly Word[])[] {
  const starts = words.flatMap(({ speaker }, at) =>
    at === 0 || speaker !== words[at - 1]?.speaker ? [at] : [],
  );
  return starts.map((start, run) => words.slice(start, starts[run + 1]));
}

/** Whether a number seems to go on with the next speaker, of whom or of whose label one cannot be sure. */
function sharesNumber(before: readonly Word[], after: readonly Word[]): boolean {
  return endsOpen(before) && endsInNumber(texts(before)) && beginsWithNumber(texts(after));
}

/** A written word in place of spoken ones, with the lowest of their confidences. */
function writtenWord(text: string, spoken: readonly Word[], alternatives: readonly WordAlternative[]): Word {
  const said = joined(spoken);
  return {
    text,
    start: spoken.at(0)?.start ?? 0,
    end: spoken.at(-1)?.end ?? 0,
    confidence: Math.min(1, ...spoken.map(({ confidence }) => confidence)),
    ...(said === text ? {} : { spoken: said }),
    ...speakerOf(spoken),
    ...(alternatives.length === 0 ? {} : { alternatives }),
    ...(spoken.some(({ doubtful }) => doubtful) ? { doubtful: true as const } : {}),
  };
}

/** The speaker of words that one person says. */
function speakerOf(spoken: readonly Word[]): Pick<Word, 'speaker' | 'speakerConfidence'> {
  const [first] = spoken;
  if (first?.speaker === undefined) return {};
  const confidence = Math.min(1, ...spoken.map(({ speakerConfidence = 1 }) => speakerConfidence));
  return { speaker: first.speaker, speakerConfidence: confidence };
}

function joined(words: readonly Word[]): string {
  return texts(words).join(' ');
}

function texts(words: readonly Word[]): string[] {
  return words.map(({ text }) => text);
}
