import type { Line } from '../transcript/line.js';

const NAME = 'auscult.transcript';

/** What is kept, and whose it is: another who logs in here does not see it. */
interface Kept {
  readonly owner: string;
  readonly lines: readonly Line[];
}

/** The transcript of `owner` that was kept in this browser, or none. One that cannot be read is none. */
export function readKept(storage: Storage, owner: string): readonly Line[] {
  try {
    const kept = JSON.parse(storage.getItem(NAME) ?? '{}') as Partial<Kept> | null;
    return kept?.owner === owner && Array.isArray(kept.lines) ? (kept.lines as readonly Line[]) : [];
  } catch {
    return [];
  }
}

/** Keeps the transcript in this browser, in place of the one before. Tells whether there was room. */
export function keepTranscript(storage: Storage, owner: string, lines: readonly Line[]): boolean {
  try {
    storage.setItem(NAME, JSON.stringify({ owner, lines } satisfies Kept));
    return true;
  } catch {
    return false;
  }
}

/** Removes the kept transcript from this browser. */
export function deleteKept(storage: Storage): void {
  storage.removeItem(NAME);
}
