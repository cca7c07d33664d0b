import type { FinalHypothesis } from '../../live/live-transcription.js';
import { commandMatcher, type MatchCommands, type MatchedCommand } from './match-commands.js';
import type { SpokenCommand } from './spoken-command.js';

/**
 * The command that a final is, if it is surely one: its words as a whole, surely heard, after a pause and before one. In doubt
 * it is none: text can be taken for a command by whoever reads it, but a sentence that was taken for one is missing
 * (docs/decisions/0141). `saidUntil`: where the last word before it ended, seconds; undefined if there is none, or the speaker
 * asked for an end there.
 */
export function hearCommand(
  final: FinalHypothesis,
  commands: readonly SpokenCommand[],
  saidUntil: number | undefined,
): MatchedCommand | undefined {
  const { words, reason } = final;
  const first = words.at(0);
  if (commands.length === 0 || first === undefined || words.length > MOST_WORDS) return undefined;
  if (reason === 'longest' || first.start - (saidUntil ?? -Infinity) < PAUSE_SECONDS) return undefined;
  if (words.some(({ doubtful, confidence }) => doubtful === true || confidence < SURE_WORD)) return undefined;
  if (final.confidence < SURE_FINAL || words.some((word) => word.speaker !== first.speaker)) return undefined;
  const matched = matcherOf(commands)(
    words.map(({ text }) => text),
    /^en(?:-|$)/iu.test(final.language),
  );
  return matched && isInOneBreath(final, matched) ? matched : undefined;
}

/** The shortest pause before a command, seconds. The one after it ended the utterance. */
const PAUSE_SECONDS = 0.4;

/** Below these, what was heard may be something else (bench `commands`). */
const SURE_WORD = 0.4;
const SURE_FINAL = 0.6;

/** More words than any command has: nothing longer is looked at. */
const MOST_WORDS = 60;

/** Whether free text is no sentence of its own: `select` and what is selected are said in one go, and end no sentence between. */
function isInOneBreath({ words }: FinalHypothesis, { variables }: MatchedCommand): boolean {
  if (variables.every(({ value }) => value !== undefined)) return true;
  return words.slice(0, -1).every(({ text }) => !/[.?!;:]["”’)]*$/u.test(text));
}

const matchers = new WeakMap<readonly SpokenCommand[], MatchCommands>();

/** Commands are prepared once: the list is the same for all finals until the client sends another. */
function matcherOf(commands: readonly SpokenCommand[]): MatchCommands {
  const known = matchers.get(commands);
  if (known !== undefined) return known;
  const made = commandMatcher(commands);
  matchers.set(commands, made);
  return made;
}
