/** What keys can do. */
export type Command =
  'start' | 'pause' | 'stop' | 'mute' | 'copy' | 'nextUnsure' | 'keyTerms' | 'file' | 'shortcuts';

/**
 * A shortcut, always with Alt and Shift, so that it never types a letter and does not interfere with assistive
 * technology.
 */
export interface Shortcut {
  readonly command: Command;
  /** `KeyboardEvent.code` of the letter: where it is on the keyboard, whatever Alt makes of it. */
  readonly code: string;
  readonly letter: string;
  readonly what: string;
}

/** All shortcuts, in the order in which they are listed. */
export const SHORTCUTS: readonly Shortcut[] = [
  { command: 'start', code: 'KeyR', letter: 'R', what: 'Start recording' },
  { command: 'pause', code: 'KeyP', letter: 'P', what: 'Pause or resume' },
  { command: 'stop', code: 'KeyS', letter: 'S', what: 'Stop' },
  { command: 'mute', code: 'KeyM', letter: 'M', what: 'Mute or unmute' },
  { command: 'nextUnsure', code: 'KeyU', letter: 'U', what: 'Go to the next unsure word' },
  { command: 'copy', code: 'KeyC', letter: 'C', what: 'Copy the transcript' },
  { command: 'keyTerms', code: 'KeyT', letter: 'T', what: 'Add a key term' },
  { command: 'file', code: 'KeyF', letter: 'F', what: 'Choose a file to transcribe' },
  { command: 'shortcuts', code: 'KeyK', letter: 'K', what: 'Show this list' },
];

/** The command for a key, if any. */
export function commandOf(event: KeyboardEvent): Command | undefined {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat) return undefined;
  return SHORTCUTS.find(({ code }) => code === event.code)?.command;
}
