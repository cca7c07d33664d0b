import { createPacer, type Lateness } from './pacer.js';
import { runSession, type Session, type SessionOptions } from './session.js';
import type { Track } from './track.js';

/** What the sending process itself used, so that its own slowness is not mistaken for the server's. */
export interface GeneratorUse {
  /** How late frames were sent, seconds. */
  readonly lateness: Lateness;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** Sessions in the order of their tracks. */
export interface SessionsRun {
  readonly sessions: readonly Session[];
  readonly generator: GeneratorUse;
}

/** Runs all tracks at the same time, with starts spread evenly over `staggerSeconds`. */
export function runTogether(
  tracks: readonly Track[],
  options: SessionOptions,
  staggerSeconds: number,
): Promise<SessionsRun> {
  return runFrom(
    tracks.map((_, index) => (index * staggerSeconds) / tracks.length),
    tracks,
    options,
  );
}

/** Runs all tracks at the same time, begun so that they end at the same moment. */
export function runToOneEnd(tracks: readonly Track[], options: SessionOptions): Promise<SessionsRun> {
  const longest = Math.max(...tracks.map(({ seconds }) => seconds));
  return runFrom(
    tracks.map(({ seconds }) => longest - seconds),
    tracks,
    options,
  );
}

/** Begins each track after as many seconds as `starts` has for it. */
function runFrom(
  starts: readonly number[],
  tracks: readonly Track[],
  options: SessionOptions,
): Promise<SessionsRun> {
  return measured((run) =>
    Promise.all(
      tracks.map(async (track, index) => {
        await pause(starts[index] ?? 0);
        return run(track, options);
      }),
    ),
  );
}

/**
 * Runs the tracks with at most `atATime` open sessions. A session for which the server has no capacity is
 * retried for a minute, as a client should do.
 *
 * @param onDone called after each session
 */
export function runInTurn(
  tracks: readonly Track[],
  options: SessionOptions,
  atATime: number,
  onDone: (session: Session) => void = () => undefined,
): Promise<SessionsRun> {
  return measured(async (run) => {
    const sessions: Session[] = [];
    const waiting = tracks.entries();
    const lanes = Array.from({ length: Math.min(atATime, tracks.length) }, async () => {
      for (const [index, track] of waiting) {
        const session = await runUntilAdmitted(() => run(track, options));
        sessions[index] = session;
        onDone(session);
      }
    });
    await Promise.all(lanes);
    return sessions;
  });
}

const RETRY_SECONDS = 5;
const RETRIES = 12;

/** Runs a session, again and again for a minute while the server has no capacity for it. */
export async function runUntilAdmitted(run: () => Promise<Session>): Promise<Session> {
  for (let tries = 0; tries < RETRIES; tries++) {
    const session = await run();
    if (session.outcome !== 'refused') return session;
    await pause(RETRY_SECONDS);
  }
  return run();
}

async function measured(
  runAll: (run: (track: Track, options: SessionOptions) => Promise<Session>) => Promise<Session[]>,
): Promise<SessionsRun> {
  const pacer = createPacer();
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const sessions = await runAll((track, options) => runSession(track, options, pacer));
  const cpu = process.cpuUsage(cpuBefore);
  return {
    sessions,
    generator: {
      lateness: pacer.lateness(),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      wallSeconds: (performance.now() - started) / 1000,
    },
  };
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
