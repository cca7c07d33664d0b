/** What keys can do. */
export type ShortcutAction =
  'start' | 'pause' | 'stop' | 'mute' | 'copy' | 'nextUnsure' | 'keyTerms' | 'file' | 'shortcuts';

/**
 * A shortcut, always with Alt and Shift, so that it never types a letter and does not interfere with assistive
 * technology.
 */
export interface Shortcut {
  readonly action: ShortcutAction;
  /** `KeyboardEvent.code` of the letter: where it is on the keyboard, whatever Alt makes of it. */
  readonly code: string;
  readonly letter: string;
  readonly what: string;
}

/** All shortcuts, in the order in which they are listed. */
export const SHORTCUTS: readonly Shortcut[] = [
  { action: 'start', code: 'KeyR', letter: 'R', what: 'Start recording' },
  { action: 'pause', code: 'KeyP', letter: 'P', what: 'Pause or resume' },
  { action: 'stop', code: 'KeyS', letter: 'S', what: 'Stop' },
  { action: 'mute', code: 'KeyM', letter: 'M', what: 'Mute or unmute' },
  { action: 'nextUnsure', code: 'KeyU', letter: 'U', what: 'Go to the next unsure word' },
  { action: 'copy', code: 'KeyC', letter: 'C', what: 'Copy the transcript' },
  { action: 'keyTerms', code: 'KeyT', letter: 'T', what: 'Add a key term' },
  { action: 'file', code: 'KeyF', letter: 'F', what: 'Choose a file to transcribe' },
  { action: 'shortcuts', code: 'KeyK', letter: 'K', what: 'Show this list' },
];

/** The action for a key, if any. */
export function shortcutActionOf(event: KeyboardEvent): ShortcutAction | undefined {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat) return undefined;
  return SHORTCUTS.find(({ code }) => code === event.code)?.action;
}
