import { setTimeout as elapsed } from 'node:timers/promises';
import { SERVER_ITSELF } from '../audit/audit-event.js';
import type { Config } from '../config/schema.js';
import type { Storage } from '../storage/open-storage.js';
import type { Log } from '../telemetry/log.js';
import { errorCode } from '../error-code.js';
import { auditChainCheck } from './audit-check.js';
import type { Check, CheckName, Finding } from './check.js';
import { keysCheck } from './keys-check.js';
import { countOf, readPassState, writePassState, type PassState } from './pass-state.js';
import { recordsCheck } from './records-check.js';
import { headsCheck, rowsCheck } from './rows-check.js';
import { secretsCheck } from './secrets-check.js';
import { stepsOf } from './run-checks.js';

/** The server's verification of all that it keeps, spread over days. */
export interface Verification {
  readonly state: () => PassState;
  /** How many things were checked since the start, by check. */
  readonly checked: () => Readonly<Partial<Record<CheckName, number>>>;
  /** Stops, and keeps its progress for the next start. */
  readonly stop: () => void;
}

/** Set only for tests. */
export interface VerificationPace {
  /** After the start, before anything is read, milliseconds. */
  readonly firstPauseMs: number;
  /** Between two steps, at least and at most, milliseconds. */
  readonly pauseMs: readonly [least: number, most: number];
}

/** Starts have more important things to do. A step of a millisecond every 100 ms is a hundredth of the time of the event loop. */
const PACE: VerificationPace = { firstPauseMs: 60_000, pauseMs: [50, 1000] };

/** The share of time that is spent on it; it is more only if a step waits for a slow database. */
const SHARE = 0.01;

/** How often progress is kept, milliseconds; what was read since is read again after a crash. */
const KEEP_MS = 60_000;

/** The pause after a failure that is not one of what is read, such as an unreachable database, milliseconds. */
const AGAIN_MS = 60_000;

/** The most findings of a pass that are logged and audited; all are counted. */
const MOST_TOLD = 100;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Reads every data key, record and entry of the audit log, a few at a time between other work. Begins again every
 * `verifyDays`, and continues after a restart where it was. Damage is logged, audited and counted.
 */
export function scheduleVerification(
  config: Config,
  storage: Pick<Storage, 'database' | 'masterKeys' | 'audit'>,
  log: Log,
  pace: VerificationPace = PACE,
): Verification {
  const { database, masterKeys, audit } = storage;
  const checks: readonly Check[] = [
    keysCheck(database, masterKeys),
    recordsCheck(database, masterKeys),
    auditChainCheck(database),
    rowsCheck({ database, masterKeys }),
    headsCheck({ database, masterKeys }),
    secretsCheck({ database, masterKeys, config }),
  ];
  const stopping = new AbortController();
  const checked: Partial<Record<CheckName, number>> = {};
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

  const pause = (milliseconds: number): Promise<void> =>
    elapsed(milliseconds, undefined, { signal: stopping.signal, ref: false });

  const tell = async (finding: Finding): Promise<void> => {
    const { kind, trouble, session, at } = finding;
    const count = countOf(state.found);
    state = { ...state, found: { ...state.found, [kind]: (state.found[kind] ?? 0) + 1 } };
    if (count >= MOST_TOLD) return;
    log.error('SOMETHING THAT IS KEPT IS DAMAGED: see "auscult verify"', {
      reason: `${kind} ${trouble}`,
      session,
    });
    await audit.append({
      ...BY_SERVER,
      action: 'verify.damaged',
      outcome: 'failure',
      what: session ?? at,
      reason: [kind, trouble, ...(session === undefined || at === undefined ? [] : [at])].join(' '),
    });
  };

  const run = async (check: Check, cursor: string | undefined): Promise<void> => {
    const [least, most] = pace.pauseMs;
    let startedAt = performance.now();
    for await (const step of stepsOf(check, cursor)) {
      const took = performance.now() - startedAt;
      checked[check.name] = (checked[check.name] ?? 0) + step.checked;
      for (const finding of step.findings) await tell(finding);
      state = { ...state, under: { check: check.name, cursor: step.cursor } };
      if (Date.now() - keptAt >= KEEP_MS) keep();
      await pause(Math.min(most, Math.max(least, took / SHARE)));
      startedAt = performance.now();
    }
  };

  const pass = async (): Promise<void> => {
    if (state.under === undefined) state = { ...state, startedAt: new Date().toISOString(), found: {} };
    const { check: name, cursor } = state.under ?? {};
    const first = Math.max(
      0,
      checks.findIndex((check) => check.name === name),
    );
    for (const [index, check] of checks.slice(first).entries()) {
      await run(check, index === 0 ? cursor || undefined : undefined);
      state = { ...state, under: nextOf(checks, check) };
    }
    state = { ...state, under: undefined, wholeAt: new Date().toISOString(), lastFound: state.found };
    keep();
    await audit.append({
      ...BY_SERVER,
      action: 'verify.pass',
      outcome: countOf(state.found) === 0 ? 'success' : 'failure',
      what: undefined,
      counts: { damaged: countOf(state.found) },
    });
  };

  const forever = async (): Promise<void> => {
    await pause(pace.firstPauseMs);
    for (;;) {
      while (state.under === undefined && untilDue(state, config.verifyDays) > 0)
        await pause(Math.min(LONGEST_PAUSE_MS, untilDue(state, config.verifyDays)));
      try {
        await pass();
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn('what is kept could not be read; it is tried again', { code: errorCode(error) });
        await pause(AGAIN_MS);
      }
    }
  };

  // Only the end of the server ends it.
  if (config.verifyDays > 0) forever().catch(() => undefined);
  return {
    state: () => state,
    checked: () => checked,
    stop: () => {
      stopping.abort();
      if (config.verifyDays > 0) keep();
    },
  };
}

const BY_SERVER = { who: SERVER_ITSELF, from: undefined } as const;

/** Longer timers than about 24 days overflow. */
const LONGEST_PAUSE_MS = DAY_MS;

function untilDue({ startedAt }: PassState, days: number): number {
  if (startedAt === undefined) return 0;
  const due = Date.parse(startedAt) + days * DAY_MS - Date.now();
  // A time that somebody wrote into the file cannot put it off forever either.
  return Math.min(days * DAY_MS, Math.max(0, due));
}

function nextOf(checks: readonly Check[], check: Check): PassState['under'] {
  const next = checks[checks.indexOf(check) + 1];
  return next && { check: next.name };
}
