import type { Line } from '../transcript/line.js';

const NAME = 'auscult.transcript';

/** The transcript that was kept in this browser, or none. One that cannot be read is none. */
export function readKept(storage: Storage): readonly Line[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(NAME) ?? '[]');
    return Array.isArray(value) ? (value as readonly Line[]) : [];
  } catch {
    return [];
  }
}

/** Keeps the transcript in this browser, in place of the one before. Tells whether there was room. */
export function keep(storage: Storage, lines: readonly Line[]): boolean {
  try {
    storage.setItem(NAME, JSON.stringify(lines));
    return true;
  } catch {
    return false;
  }
}

/** Removes the kept transcript from this browser. */
export function deleteKept(storage: Storage): void {
  storage.removeItem(NAME);
}
