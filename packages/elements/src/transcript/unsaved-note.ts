import { make } from '../shared-styles/make.js';
import type { UnsavedState } from '../record/record-texts.js';
import type { TranscriptMessages } from './messages/en-transcript.js';
import { fill } from './name-people.js';
import { button } from './panel.js';

/** What a person can do about a text that is not in the record. */
export interface UnsavedActs {
  readonly sendAgain: () => void;
  readonly takeTheirs: () => void;
}

/** Says beside a line why the record does not have its text, and what can be done. */
export function unsavedNote(
  state: UnsavedState,
  messages: TranscriptMessages,
  { sendAgain, takeTheirs }: UnsavedActs,
): HTMLElement {
  const note = make('div', { part: 'unsaved' }, sayUnsaved(state, messages));
  if (state.kind === 'refused') note.append(button('again', messages.sendAgain, sendAgain));
  if (state.kind === 'changed')
    note.append(
      button('mine', messages.keepMine, sendAgain),
      button('theirs', messages.takeTheirs, takeTheirs),
    );
  return note;
}

/** Why the record does not have a text. */
export function sayUnsaved(state: UnsavedState, messages: TranscriptMessages): string {
  switch (state.kind) {
    case 'waiting':
      return messages.notYet;
    case 'absent':
      return messages.onlyHere;
    case 'changed':
      return fill(messages.changedTo, state.theirs.trim());
    case 'refused':
      return fill(messages.notKept, reasonOf(state.problem, messages));
  }
}

function reasonOf(
  { status, message }: Extract<UnsavedState, { kind: 'refused' }>['problem'],
  messages: TranscriptMessages,
): string {
  switch (status) {
    case 0:
      return messages.serverAway;
    case 401:
      return messages.logIn;
    case 403:
      return messages.notAllowed;
    default:
      return message;
  }
}
