import type { FinalHypothesis, Word, WordAlternative } from '../live/live-transcription.js';
import { writeAlternatives } from './write-alternatives.js';
import { hearCommand } from './commands/hear-command.js';
import type { MatchedCommand } from './commands/match-commands.js';
import type { HeardCommand, SpokenCommand } from './commands/spoken-command.js';
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
  /** Phrases that are no text if they are said by themselves; none by default. */
  readonly commands?: readonly SpokenCommand[];
}

/** A final as it is written. */
export interface WrittenFinal extends FinalHypothesis {
  /** What was said, if it is written differently. */
  readonly spoken?: string;
  /** The `sequence` of finals whose text the speaker has taken back with this one, latest first. */
  readonly removes?: readonly number[];
  /** The command that it is. Then it has no text and no words; `spoken` is what was said. */
  readonly command?: HeardCommand;
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
  /** Where the last word ended, seconds; undefined if there is none, or the end of its utterance was asked for. */
  readonly saidUntil?: number | undefined;
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
  const { commands = [] } = options;
  const said = commands.length === 0 ? {} : { saidUntil: endOfWords(state, final) };
  const matched = hearCommand(final, commands, state.saidUntil);
  if (matched !== undefined)
    return {
      state: { ...state, ...said, numberEndsAt: undefined, homophoneEndsAt: undefined },
      written: asCommand(final, matched, options),
    };
  const next = writeText(state, final, options);
  return { ...next, state: { ...next.state, ...said } };
}

function endOfWords({ saidUntil }: WritingState, { words, reason }: FinalHypothesis): number | undefined {
  return reason === 'request' ? undefined : (words.at(-1)?.end ?? saidUntil);
}

/** A final that is a command. What was said for free text is written as text would be, without the mark behind it. */
function asCommand(
  final: FinalHypothesis,
  { command: { id, phrase }, variables }: MatchedCommand,
  { writtenForm }: WritingOptions,
): WrittenFinal {
  const values = variables.map(({ name, value, words: [from, to] }) => {
    if (value !== undefined) return [name, value];
    const spoken = final.words.slice(from, to);
    const isWritten = writtenForm && isEnglish(final.language);
    const [line] = isWritten
      ? writeLines([{ breakBefore: '', words: spoken }], { start: false, end: false })
      : [];
    const isKept = line !== undefined && keepsMeaning(texts(spoken), texts(line.words));
    return [name, joined(isKept ? line.words : spoken).replace(/[.,;:?!]+$/u, '')];
  });
  return {
    ...final,
    text: '',
    words: [],
    spoken: final.text,
    command: {
      ...(id === undefined ? {} : { id }),
      phrase,
      variables: Object.fromEntries(values) as Record<string, string>,
    },
  };
}

function writeText(
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
  const { lines: dictatedLines, takenBack } = isObeyed ? dictated : asSpoken(final);
  const lines = dictatedLines.flatMap(bySpeaker);
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

/** A line, or the part of one that one speaker said. */
interface SpokenLine {
  readonly breakBefore: DictatedLine['breakBefore'] | typeof SAME_LINE;
  readonly words: readonly Word[];
}

/** Before the words of somebody else in the same line. */
const SAME_LINE = ' ';

/** A line, cut where the speaker changes: no written word has the words of two. */
function bySpeaker({ breakBefore, words }: DictatedLine): readonly SpokenLine[] {
  const changes = words.flatMap(({ speaker }, at) =>
    at > 0 && words[at - 1]?.speaker !== speaker ? [at] : [],
  );
  return [0, ...changes].map((from, part) => ({
    breakBefore: part === 0 ? breakBefore : SAME_LINE,
    words: words.slice(from, changes[part]),
  }));
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

function writeLines(lines: readonly SpokenLine[], open: OpenEnds): readonly SpokenLine[] {
  return lines.map(({ breakBefore, words }, index) => {
    const ends = endsOf(lines, index, open);
    const written = writeWords(texts(words), ends);
    const alternatives = writeAlternatives(words, written, ends);
    return {
      breakBefore,
      words: written.map(({ text, first, last }, place) =>
        writtenWord(text, words.slice(first, last + 1), alternatives[place] ?? []),
      ),
    };
  });
}

/** Who speaks may be found out wrongly, so a number that may cross a change of speakers is treated as one that crosses finals. */
function endsOf(lines: readonly SpokenLine[], index: number, open: OpenEnds): OpenEnds {
  const [before, line, after] = [lines[index - 1], lines[index], lines[index + 1]];
  const isContinued = line?.breakBefore === SAME_LINE;
  const goesOn = after?.breakBefore === SAME_LINE;
  return {
    start: isContinued ? endsInNumber(texts(before?.words ?? [])) : open.start && index === 0,
    end: goesOn ? endsOpen(line?.words) : open.end && after === undefined,
  };
}

/** A written word in place of spoken ones of one speaker, with the lowest of their confidences. */
function writtenWord(text: string, spoken: readonly Word[], alternatives: readonly WordAlternative[]): Word {
  const said = joined(spoken);
  return {
    text,
    start: spoken.at(0)?.start ?? 0,
    end: spoken.at(-1)?.end ?? 0,
    confidence: Math.min(1, ...spoken.map(({ confidence }) => confidence)),
    ...(said === text ? {} : { spoken: said }),
    ...(alternatives.length === 0 ? {} : { alternatives }),
    ...(spoken.some(({ doubtful }) => doubtful) ? { doubtful: true as const } : {}),
    ...saidBy(spoken),
  };
}

function saidBy(spoken: readonly Word[]): Pick<Word, 'speaker' | 'speakerConfidence'> {
  const { speaker } = spoken.at(0) ?? {};
  if (speaker === undefined) return {};
  const known = spoken.flatMap(({ speakerConfidence }) => speakerConfidence ?? []);
  return { speaker, ...(known.length > 0 && { speakerConfidence: Math.min(...known) }) };
}

function joined(words: readonly Word[]): string {
  return texts(words).join(' ');
}

function texts(words: readonly Word[]): string[] {
  return words.map(({ text }) => text);
}
