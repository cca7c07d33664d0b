import type { KnownSpeaker } from '@auscult/client';
import type { Line } from '../transcript/line.js';

const NAME = 'auscult.transcript';

/** What is kept, and whose it is: another who logs in here does not see it. */
interface Kept {
  readonly owner: string;
  readonly lines: readonly Line[];
  readonly speakers: readonly KnownSpeaker[];
}

const NONE: Omit<Kept, 'owner'> = { lines: [], speakers: [] };

/** The transcript of `owner` that was kept in this browser, or none. One that cannot be read is none. */
export function readKept(storage: Storage, owner: string): Omit<Kept, 'owner'> {
  try {
    const kept = JSON.parse(storage.getItem(NAME) ?? '{}') as Partial<Kept> | null;
    if (kept?.owner !== owner || !Array.isArray(kept.lines)) return NONE;
    const { lines, speakers } = kept as Kept;
    // An earlier version of the page kept no speakers.
    return { lines, speakers: Array.isArray(speakers) ? speakers : [] };
  } catch {
    return NONE;
  }
}

/** Keeps the transcript in this browser, in place of the one before. Tells whether there was room. */
export function keepTranscript(storage: Storage, kept: Kept): boolean {
  try {
    storage.setItem(NAME, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** Removes the kept transcript from this browser. */
export function deleteKept(storage: Storage): void {
  storage.removeItem(NAME);
}
