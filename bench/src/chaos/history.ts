import { appendFileSync, readFileSync } from 'node:fs';
import type { Fault } from './plan-faults.js';

/** A stretch of audio, seconds since its first sample. */
export type Stretch = readonly [from: number, to: number];

/** A final, as a client was told or as the record has it. Times are seconds since the first sample. */
export interface Final {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The record of a session at the end of a run. */
export interface SeenRecord {
  readonly saw: 'record';
  readonly session: string;
  readonly hasEnded: boolean;
  /** Audio that the record says it has no text for, seconds. */
  readonly missingSeconds: number;
  /** Whether all of it is vouched for. */
  readonly isWhole: boolean;
  readonly finals: readonly Final[];
}

/**
 * Something that was seen, in the order in which it was. A `client` is one recording with the SDK, which should be one session
 * from its beginning to its end; a `caller` is one connection of the original protocol; an `upload` is a file that the server
 * has accepted.
 */
export type Seen =
  | { readonly saw: 'run'; readonly seed: number; readonly minutes: number; readonly at: string }
  | { readonly saw: 'fault'; readonly second: number; readonly fault: Fault }
  /** A fault of the plan that was left out, as its target still had one. */
  | { readonly saw: 'skipped'; readonly second: number; readonly fault: Fault }
  | { readonly saw: 'mended'; readonly second: number; readonly fault: Fault }
  /** A process ended that nobody had told to. */
  | { readonly saw: 'ended'; readonly second: number; readonly part: string; readonly status: string }
  /** What somebody is going to say: where voice is. */
  | {
      readonly saw: 'speech';
      readonly who: string;
      readonly seconds: number;
      readonly voice: readonly Stretch[];
    }
  | { readonly saw: 'session'; readonly client: string; readonly session: string }
  | {
      readonly saw: 'acknowledged';
      readonly client: string;
      readonly samples: number;
      readonly settled: number;
    }
  | { readonly saw: 'resumed'; readonly client: string; readonly session: string; readonly samples: number }
  /** A final as it came over the connection. */
  | ({ readonly saw: 'told'; readonly client: string; readonly sequence: number } & Final)
  /** A final as the SDK handed it to the program. */
  | ({ readonly saw: 'shown'; readonly client: string; readonly sequence: number } & Final)
  /** Words that were not kept, and that the server said it did not keep. */
  | { readonly saw: 'dropped'; readonly client: string; readonly stretch: Stretch }
  | { readonly saw: 'lost'; readonly client: string; readonly stretch: Stretch }
  /** The server has answered `stop`, which says that all text was sent. */
  | { readonly saw: 'answered'; readonly client: string; readonly audioSeconds: number }
  | { readonly saw: 'stopped'; readonly client: string; readonly lostSeconds: number }
  | { readonly saw: 'failed'; readonly client: string; readonly why: string }
  | { readonly saw: 'connected'; readonly caller: string }
  | ({ readonly saw: 'heard'; readonly caller: string } & Final)
  | { readonly saw: 'accepted'; readonly upload: string }
  | {
      readonly saw: 'transcribed';
      readonly upload: string;
      readonly status: string;
      readonly session: string | undefined;
    }
  | SeenRecord
  | { readonly saw: 'audit'; readonly server: string; readonly entries: number; readonly problems: number }
  /** Speech in the clear. */
  | { readonly saw: 'trace'; readonly what: string; readonly file: string }
  /** A file that should have been removed. */
  | { readonly saw: 'left'; readonly file: string }
  /** Something did not happen in the time that it may take. */
  | { readonly saw: 'unanswered'; readonly what: string };

/** Takes note of what is seen. */
export type Note = (seen: Seen) => void;

/** A history that is written to a file as it grows, one JSON object a line. */
export function keepHistory(file: string): { readonly note: Note; readonly seen: readonly Seen[] } {
  const seen: Seen[] = [];
  return {
    seen,
    note: (one) => {
      seen.push(one);
      // The time is for people who look for the reason of something.
      appendFileSync(file, `${JSON.stringify({ at: new Date(), ...one })}\n`);
    },
  };
}

/** Reads a history that was kept. */
export function readHistory(file: string): readonly Seen[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Seen);
}
