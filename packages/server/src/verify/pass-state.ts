import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/schema.js';
import { CHECKS, FINDING_KINDS } from './check.js';

const damaged = z.partialRecord(z.enum(FINDING_KINDS), z.int().min(0));

const passState = z.object({
  version: z.literal(1),
  /** When the pass that is under way began, or the last one that is over; missing before the first. */
  startedAt: z.string().optional(),
  /** Where the pass goes on; missing where none is under way. */
  under: z.object({ check: z.enum(CHECKS), cursor: z.string().optional() }).optional(),
  /** What the pass that is under way has found so far, by kind. */
  found: damaged,
  /** When everything was last read. */
  wholeAt: z.string().optional(),
  /** What was found in that pass. */
  lastFound: damaged,
});

/** How far the server has come with reading all that it keeps, and what it found. */
export type PassState = Readonly<z.output<typeof passState>>;

/** Findings of all kinds together. */
export function countOf(found: PassState['found']): number {
  return Object.values(found).reduce((sum, count) => sum + count, 0);
}

/** Before the first pass. */
const NOTHING_YET: PassState = { version: 1, found: {}, lastFound: {} };

function statePath({ dataDirectory }: Pick<Config, 'dataDirectory'>): string {
  return join(dataDirectory, 'verification.json');
}

/** As it was left; as before the first pass where nothing was, or what is there is damaged. */
export function readPassState(config: Pick<Config, 'dataDirectory'>): PassState {
  try {
    return passState.parse(JSON.parse(readFileSync(statePath(config), 'utf8')));
  } catch {
    return NOTHING_YET;
  }
}

/** Keeps it for the next start. A power cut may lose it: the pass is done again then. */
export function writePassState(config: Pick<Config, 'dataDirectory'>, state: PassState): void {
  const path = statePath(config);
  writeFileSync(`${path}.new`, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
