import { setTimeout as elapsed } from 'node:timers/promises';
import type { Config } from '../config/schema.js';
import type { Storage } from '../storage/open-storage.js';
import type { Log } from '../telemetry/log.js';
import { errorCode } from '../error-code.js';
import { auditChainCheck } from './audit-check.js';
import type { Check, CheckName } from './check.js';
import { keysCheck } from './keys-check.js';
import { remainingOf, resumeProgress, type PassProgress } from './pass-progress.js';
import { countOf, type PassState } from './pass-state.js';
import { recordsCheck } from './records-check.js';
import { reportDamage, reportWholePass } from './report-pass.js';
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
  const stopping = new AbortController();
  const progress = resumeProgress(config, log);
  const checked: Partial<Record<CheckName, number>> = {};
  const services: PassServices = {
    checks: checksOf(config, storage),
    progress,
    checked,
    pause: (milliseconds) => elapsed(milliseconds, undefined, { signal: stopping.signal, ref: false }),
    pace,
    log,
    audit: storage.audit,
  };
  // Only the end of the server ends it.
  if (config.verifyDays > 0)
    readAgainAndAgain(services, config.verifyDays, stopping.signal).catch(() => undefined);
  return {
    state: progress.state,
    checked: () => checked,
    stop: () => {
      stopping.abort();
      if (config.verifyDays > 0) progress.keep();
    },
  };
}

function checksOf(
  config: Config,
  { database, masterKeys }: Pick<Storage, 'database' | 'masterKeys'>,
): readonly Check[] {
  return [
    keysCheck(database, masterKeys),
    recordsCheck(database, masterKeys),
    auditChainCheck(database),
    rowsCheck({ database, masterKeys }),
    headsCheck({ database, masterKeys }),
    secretsCheck({ database, masterKeys, config }),
  ];
}

/** What passes read with, and where they count. */
interface PassServices extends Pick<Storage, 'audit'> {
  readonly checks: readonly Check[];
  readonly progress: PassProgress;
  /** Grows with every step. */
  readonly checked: Partial<Record<CheckName, number>>;
  /** Rejects once the server stops. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly pace: VerificationPace;
  readonly log: Log;
}

/** A pass whenever one is due, until the server stops. */
async function readAgainAndAgain(services: PassServices, days: number, stopped: AbortSignal): Promise<void> {
  const { progress, pause, pace, log } = services;
  await pause(pace.firstPauseMs);
  for (;;) {
    while (progress.state().under === undefined && untilDue(progress.state(), days) > 0)
      await pause(Math.min(LONGEST_PAUSE_MS, untilDue(progress.state(), days)));
    try {
      await pass(services);
    } catch (error) {
      if (stopped.aborted) return;
      log.warn('what is kept could not be read; it is tried again', { code: errorCode(error) });
      await pause(AGAIN_MS);
    }
  }
}

/** Reads everything once, or what the pass that is under way has not read yet. */
async function pass(services: PassServices): Promise<void> {
  const { checks, progress, audit } = services;
  progress.begin();
  for (const { check, cursor } of remainingOf(checks, progress.state())) {
    await run(services, check, cursor);
    progress.reach(nextOf(checks, check));
  }
  progress.complete();
  await reportWholePass(audit, countOf(progress.state().found));
}

/** Takes the steps of a check, and pauses after each in proportion to the time that it took. */
async function run(services: PassServices, check: Check, cursor: string | undefined): Promise<void> {
  const { progress, checked, pause, pace, log, audit } = services;
  const [least, most] = pace.pauseMs;
  let startedAt = performance.now();
  for await (const step of stepsOf(check, cursor)) {
    const took = performance.now() - startedAt;
    checked[check.name] = (checked[check.name] ?? 0) + step.checked;
    for (const finding of step.findings)
      if (progress.count(finding) < MOST_TOLD) await reportDamage(log, audit, finding);
    progress.reach({ check: check.name, cursor: step.cursor });
    progress.keepNowAndThen();
    await pause(Math.min(most, Math.max(least, took / SHARE)));
    startedAt = performance.now();
  }
}

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
