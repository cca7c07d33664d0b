import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { auscultProgram } from './auscult-program.js';
import { spawnOwned, type OwnedProcess } from './spawn-owned.js';
import { until } from './until.js';

/** `auscult serve` in a process of its own, with the real recognizer. */
export interface RealServer {
  readonly url: string;
  readonly pid: number;
  /** Standard output and error so far. */
  readonly output: () => string;
  /** Process ids of the inference processes that are ready, by number. */
  readonly workers: () => readonly number[];
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves with the exit status, or `undefined` after a signal. */
  readonly exited: Promise<number | undefined>;
}

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** On busy machines, too, no session is refused, and no slow process is mistaken for a hanging one. */
const ON_BUSY_MACHINES = ['--max-final-delay-seconds', '600', '--worker-timeout-seconds', '120'];

/** Where a server runs, if not where the tests do. */
interface Surroundings {
  readonly environment?: NodeJS.ProcessEnv;
  /** Its working directory. */
  readonly folder?: string;
  /** Path of the program, if it is not the one that was built. */
  readonly program?: string;
}

/**
 * Starts a server on a free port and waits until it is warm; flags go before those of all tests. Whoever calls this kills
 * it; if they cannot, since it was not warm when their hook ran out of time, it ends with the test file.
 */
export function spawnRealServer(...flags: readonly string[]): Promise<RealServer> {
  return spawnRealServerIn({}, flags);
}

/** Like `spawnRealServer`, but with another environment or working directory. */
export async function spawnRealServerIn(
  surroundings: Surroundings,
  flags: readonly string[],
): Promise<RealServer> {
  const child = spawnServer(flags, surroundings);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = exitOf(child);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const events = () => linesOf(output);
  // Recognition warms up while the server is put together, so either may come first.
  const isUp = (): boolean =>
    ['listening', 'ready'].every((wanted) => events().some(({ event }) => event === wanted));
  await until(() => !isRunning() || isUp());
  const url = events().find(({ event }) => event === 'listening')?.['url'];
  if (!isRunning() || typeof url !== 'string') throw new Error(`the server did not start: ${output}`);
  return {
    url,
    pid: Number(child.pid),
    output: () => output,
    workers: () => {
      const pids = new Map(
        events()
          .filter(({ event }) => event === 'worker ready')
          .map(({ worker, pid }) => [worker, pid]),
      );
      return [...pids.values()].map(Number);
    },
    signal: (signal) => child.kill(signal),
    exited,
  };
}

/** As `spawnRealServer`, for one test: the server is killed when the test ends. */
export async function startRealServer(...flags: readonly string[]): Promise<RealServer> {
  const server = await spawnRealServer(...flags);
  onTestFinished(() => {
    server.signal('SIGKILL');
  });
  return server;
}

/** Runs `auscult serve` until it ends by itself. */
export async function runServe(
  flags: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const child = spawnServer(flags, { environment });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = exitOf(child);
  await once(child, 'close');
  return { status: await status, stdout, stderr };
}

/** The environment without settings that are not meant for tests. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AUSCULT_')));
}

function spawnServer(
  flags: readonly string[],
  { environment = {}, folder, program = auscultProgram() }: Surroundings,
): OwnedProcess {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-data-'));
  const env = { ...ownEnvironment(), ...environment };
  const common = ['--port', '0', '--log-format', 'json', '--log-level', 'debug', ...ON_BUSY_MACHINES];
  const child = spawnOwned([process.execPath, program, 'serve', ...common, ...flags], {
    ...(folder !== undefined && { cwd: folder }),
    env: { AUSCULT_DATA_DIRECTORY: dataDirectory, ...env },
  });
  child.once('close', () => {
    rmSync(dataDirectory, { recursive: true });
  });
  return child;
}

function exitOf(child: OwnedProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.once('exit', (status) => {
      resolve(status ?? undefined);
    });
  });
}

function linesOf(output: string): readonly Record<string, unknown>[] {
  return output
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
}
