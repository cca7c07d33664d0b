import { msg } from '@lit/localize';

/** What keys can do. */
export type ShortcutAction =
  'start' | 'pause' | 'stop' | 'mute' | 'copy' | 'nextUnsure' | 'keyTerms' | 'file' | 'shortcuts';

/**
 * A shortcut, always with Alt and Shift, so that it never types a letter and does not interfere with assistive
 * technology.
 */
export interface Shortcut {
  readonly action: ShortcutAction;
  /** `KeyboardEvent.code` of the letter on most keyboards, for when Alt makes something else of it. */
  readonly code: string;
  readonly letter: string;
  /** What it does, in the language that is shown. */
  readonly what: () => string;
}

/** All shortcuts, in the order in which they are listed. */
export const SHORTCUTS: readonly Shortcut[] = [
  { action: 'start', code: 'KeyR', letter: 'R', what: () => msg('Start recording') },
  { action: 'pause', code: 'KeyP', letter: 'P', what: () => msg('Pause or resume') },
  { action: 'stop', code: 'KeyS', letter: 'S', what: () => msg('Stop') },
  { action: 'mute', code: 'KeyM', letter: 'M', what: () => msg('Mute or unmute') },
  { action: 'nextUnsure', code: 'KeyU', letter: 'U', what: () => msg('Go to the next unsure word') },
  { action: 'copy', code: 'KeyC', letter: 'C', what: () => msg('Copy the transcript') },
  { action: 'keyTerms', code: 'KeyT', letter: 'T', what: () => msg('Add a key term') },
  { action: 'file', code: 'KeyF', letter: 'F', what: () => msg('Choose a file to transcribe') },
  { action: 'shortcuts', code: 'KeyK', letter: 'K', what: () => msg('Show this list') },
];

/**
 * The action for a key, if any: that of the letter which the key types, wherever the keyboard has it, or, if it types none
 * with Alt, of the letter at its place.
 */
export function shortcutActionOf(event: KeyboardEvent): ShortcutAction | undefined {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat) return undefined;
  const typed = event.key.toUpperCase();
  const isLetter = /^[A-Z]$/u.test(typed);
  return SHORTCUTS.find(({ code, letter }) => (isLetter ? letter === typed : code === event.code))?.action;
}
