import type { Word } from '../../live/live-transcription.js';
import { commandAt, type DictationCommand } from './command.js';

/** The text of dictated words once the commands among them are carried out. */
export interface Dictated {
  /** Words between breaks. */
  readonly lines: readonly DictatedLine[];
  /** How many times the speaker took back text from before these words. */
  readonly takenBack: number;
}

/** A line of words. */
export interface DictatedLine {
  /** The line break before them, if one was dictated. */
  readonly breakBefore: '' | '\n' | '\n\n';
  readonly words: readonly Word[];
}

/**
 * Carries out the commands among the words of one utterance. `Scratch that` takes back the sentence before it or, if this
 * utterance has none, the text of the utterance before. `before`: the words said before these in the stream, as `bareWord`
 * gives them, the latest last.
 */
export function obeyCommands(words: readonly Word[], before: readonly string[] = []): Dictated {
  const draft: Draft = { lines: [{ breakBefore: '', words: [] }], takenBack: 0, opening: '' };
  let at = 0;
  while (at < words.length) {
    const said = commandAt(words, at, before);
    if (said === undefined) add(draft, words[at]);
    else obey(draft, said.command, words[at + said.length - 1]);
    at += said?.length ?? 1;
  }
  const lines = draft.lines.filter(({ breakBefore, words: left }) => breakBefore !== '' || left.length > 0);
  return { lines, takenBack: draft.takenBack };
}

interface Draft {
  lines: { readonly breakBefore: DictatedLine['breakBefore']; words: Word[] }[];
  takenBack: number;
  /** An opening mark that waits for its word. */
  opening: string;
}

function obey(draft: Draft, command: DictationCommand, last: Word | undefined): void {
  switch (command.is) {
    case 'break':
      endSentence(draft);
      draft.lines.push({ breakBefore: command.text, words: [] });
      return;
    case 'mark':
      if (command.side === 'behind') draft.opening += command.text;
      else punctuate(draft, command.text, last);
      return;
    case 'scratch':
      scratch(draft);
      return;
    case 'capital':
      add(draft, last && { ...last, text: last.text.replace(/\p{Ll}/u, (letter) => letter.toUpperCase()) });
      return;
  }
}

function add(draft: Draft, word: Word | undefined): void {
  if (word === undefined) return;
  draft.lines.at(-1)?.words.push(draft.opening === '' ? word : { ...word, text: draft.opening + word.text });
  draft.opening = '';
}

/**
 * A dictated mark replaces the punctuation that the model put there, since a pause around a mark looks like the end of a
 * sentence. If the word before it was sent already, the mark stands alone; but a full stop is dropped, since the
 * model has already set one.
 */
function punctuate(draft: Draft, mark: string, command: Word | undefined): void {
  const words = draft.lines.at(-1)?.words;
  const last = words?.pop();
  if (last !== undefined) words?.push({ ...last, text: last.text.replace(/[.,;:?!]+$/u, '') + mark });
  else if (command !== undefined && mark !== '.') words?.push({ ...command, text: mark });
}

/** Ends the sentence before a new line: a comma that the model put there for the pause is dropped. */
function endSentence(draft: Draft): void {
  const words = draft.lines.at(-1)?.words;
  const last = words?.pop();
  if (last !== undefined) words?.push({ ...last, text: last.text.replace(/[,;]+$/u, '') });
}

function scratch(draft: Draft): void {
  while (draft.lines.length > 1 && draft.lines.at(-1)?.words.length === 0) draft.lines.pop();
  const words = draft.lines.at(-1)?.words ?? [];
  if (words.length === 0) {
    draft.takenBack += 1;
    return;
  }
  const before = words.slice(0, -1).findLastIndex(({ text }) => /[.?!]["”)]*$/u.test(text));
  words.splice(before + 1);
}
