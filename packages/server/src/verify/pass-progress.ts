import type { Config } from '../config/schema.js';
import type { Log } from '../telemetry/log.js';
import type { Check, Finding } from './check.js';
import { countOf, readPassState, writePassState, type PassState } from './pass-state.js';

/** How far a pass over all that is kept has come, over restarts of the server. */
export interface PassProgress {
  readonly state: () => PassState;
  /** A pass begins; one that is under way goes on. */
  readonly begin: () => void;
  /** The pass has come so far; undefined where nothing follows. */
  readonly reach: (under: PassState['under']) => void;
  /** Counts a finding; how many there were before it in this pass. */
  readonly count: (finding: Pick<Finding, 'kind'>) => number;
  /** The pass is over. */
  readonly complete: () => void;
  /** Writes it down for the next start. */
  readonly keep: () => void;
  /** Writes it down if that was not done for a while. */
  readonly keepNowAndThen: () => void;
}

/** How often progress is kept, milliseconds; what was read since is read again after a crash. */
const KEEP_MS = 60_000;

/** Goes on from where the last process was. */
export function resumeProgress(config: Pick<Config, 'dataDirectory'>, log: Log): PassProgress {
  let state = readPassState(config);
  let keptAt = Date.now();

  const keep = (): void => {
    keptAt = Date.now();
    try {
      writePassState(config, state);
    } catch (error) {
      log.unexpected(error);
    }
  };

  return {
    state: () => state,
    begin: () => {
      if (state.under === undefined) state = { ...state, startedAt: new Date().toISOString(), found: {} };
    },
    reach: (under) => {
      state = { ...state, under };
    },
    count: ({ kind }) => {
      const before = countOf(state.found);
      state = { ...state, found: { ...state.found, [kind]: (state.found[kind] ?? 0) + 1 } };
      return before;
    },
    complete: () => {
      state = { ...state, under: undefined, wholeAt: new Date().toISOString(), lastFound: state.found };
      keep();
    },
    keep,
    keepNowAndThen: () => {
      if (Date.now() - keptAt >= KEEP_MS) keep();
    },
  };
}

/** The checks that a pass still has to do; the first goes on where it stopped. */
export function remainingOf(
  checks: readonly Check[],
  { under }: PassState,
): readonly { readonly check: Check; readonly cursor: string | undefined }[] {
  const first = Math.max(
    0,
    checks.findIndex((check) => check.name === under?.check),
  );
  return checks
    .slice(first)
    .map((check, index) => ({ check, cursor: index === 0 ? under?.cursor || undefined : undefined }));
}
