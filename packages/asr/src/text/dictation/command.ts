import type { Word } from '../../live/live-transcription.js';
import { bareWord, mayBeText } from './other-senses.js';

/** A command that a speaker may dictate among text. */
export type DictationCommand =
  | { readonly is: 'break'; readonly text: '\n' | '\n\n' }
  /** A punctuation mark, attached to the word before it or to the one after it. */
  | { readonly is: 'mark'; readonly text: string; readonly side: 'before' | 'behind' }
  | { readonly is: 'scratch' }
  | { readonly is: 'capital' };

/** A command and how many words it takes. */
export interface SaidCommand {
  readonly command: DictationCommand;
  readonly length: number;
}

/**
 * The command that begins with the word at `at`, if the words are a phrase of their own, with a pause or punctuation
 * on both sides. `… no fever. Period.` ends with a command, `The period of the rash` holds none, and neither do words
 * that may as well be an organ or a symptom (`rectum, colon, and ileum`). `before`: what was said before these words,
 * latest last.
 */
export function commandAt(
  words: readonly Word[],
  at: number,
  before: readonly string[],
): SaidCommand | undefined {
  if (!isParted(words[at - 1], words[at])) return undefined;
  for (const { said, command } of COMMANDS) {
    const length = said.length + (command.is === 'capital' ? 1 : 0);
    if (!isSaid(words, at, said) || words.length < at + length) continue;
    if (!isWhole(words.slice(at, at + said.length)) || !isParted(words[at + length - 1], words[at + length]))
      continue;
    if (mayBeText(said.join(' '), { words, at, length: said.length, before })) continue;
    return { command, length };
  }
  return undefined;
}

/** The shortest pause that separates a command from other words, seconds: half of the pause that ends an utterance. */
const PAUSE_SECONDS = 0.25;

/** Whether a pause, punctuation or the edge of the utterance separates two words. */
function isParted(left: Word | undefined, right: Word | undefined): boolean {
  if (left === undefined || right === undefined) return true;
  return /[.,;:?!]["”’)]*$/u.test(left.text) || right.start - left.end >= PAUSE_SECONDS;
}

/** Whether there is no punctuation between the words of a command. */
function isWhole(words: readonly Word[]): boolean {
  return words.slice(0, -1).every(({ text }) => !/[.,;:?!]$/u.test(text));
}

function isSaid(words: readonly Word[], at: number, said: readonly string[]): boolean {
  return said.every((word, index) => bareWord(words[at + index]) === word);
}

const mark = (text: string, side: 'before' | 'behind' = 'before') => ({ is: 'mark', text, side }) as const;

const COMMANDS: readonly { readonly said: readonly string[]; readonly command: DictationCommand }[] = (
  [
    ['new paragraph', { is: 'break', text: '\n\n' }],
    ['next paragraph', { is: 'break', text: '\n\n' }],
    ['new line', { is: 'break', text: '\n' }],
    ['next line', { is: 'break', text: '\n' }],
    ['comma', mark(',')],
    ['full stop', mark('.')],
    ['period', mark('.')],
    ['question mark', mark('?')],
    ['exclamation mark', mark('!')],
    ['exclamation point', mark('!')],
    ['colon', mark(':')],
    ['semicolon', mark(';')],
    ['semi colon', mark(';')],
    ['open parenthesis', mark('(', 'behind')],
    ['close parenthesis', mark(')')],
    ['open parentheses', mark('(', 'behind')],
    ['close parentheses', mark(')')],
    ['scratch that', { is: 'scratch' }],
    ['cap', { is: 'capital' }],
  ] as const satisfies readonly (readonly [string, DictationCommand])[]
).map(([said, command]) => ({ said: said.split(' '), command }));
