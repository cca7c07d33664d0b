/** A combination of keys, such as `Alt+Shift+D` or `F4`. */
export interface Shortcut {
  /** Whether a press of a key completes it. */
  readonly isPressedBy: (event: KeyboardEvent) => boolean;
  /** Whether letting a key go ends it. */
  readonly isReleasedBy: (event: KeyboardEvent) => boolean;
}

const MODIFIERS = ['Alt', 'Control', 'Meta', 'Shift'] as const;

/** Reads a combination; undefined if there is no key in it, so that `shortcut=""` means none. */
export function parseShortcut(text: string): Shortcut | undefined {
  const parts = text.split('+').map((part) => part.trim().replace(/^ctrl$/i, 'Control'));
  const key = parts.pop()?.toLowerCase();
  if (key === undefined || key === '') return undefined;
  const wanted = MODIFIERS.filter((name) => parts.some((part) => part.toLowerCase() === name.toLowerCase()));
  // With Alt, some keyboards write other letters: the key itself counts.
  const isKey = ({ key: written, code }: KeyboardEvent): boolean =>
    written.toLowerCase() === key ||
    code.toLowerCase() === `key${key}` ||
    code.toLowerCase() === `digit${key}`;
  return {
    isPressedBy: (event) =>
      isKey(event) && MODIFIERS.every((name) => event.getModifierState(name) === wanted.includes(name)),
    isReleasedBy: (event) => isKey(event) || wanted.some((name) => name === event.key),
  };
}
