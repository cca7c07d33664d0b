import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import { answers } from './answers.js';
import { cliPath } from './cli-path.js';
import { freePort } from './free-port.js';

/** A server to be measured. */
export interface Target {
  /** Address of the live endpoint, `ws://…`. */
  readonly url: string;
  /** Address of the rest, `http://…`. */
  readonly httpUrl: string;
  /** Present if the benchmark has started the server, so that its memory and processor time can be read. */
  readonly pid?: number | undefined;
  /** Seconds from the start of the process until it answers that it is ready. */
  readonly startSeconds?: number | undefined;
  /** The last lines that it has written; present if the benchmark has started it. */
  readonly output?: (() => string) | undefined;
  /** Stops the server if the benchmark has started it. */
  stop(): Promise<void>;
}

/** What to start. */
export interface ServerCommand {
  readonly program: string;
  /** Arguments, given the port to listen on. */
  readonly args: (port: number) => readonly string[];
  /** Path that answers 200 once the server can transcribe. */
  readonly readyPath: string;
  readonly readyWithinSeconds: number;
}

/** A server that is already running. */
export function runningServer(url: string): Target {
  return { url, httpUrl: httpUrlOf(url), stop: () => Promise.resolve() };
}

/** The command of this repository's own server. */
export function auscultCommand(flags: readonly string[]): ServerCommand {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'auscult-bench-'));
  process.once('exit', () => {
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  return {
    program: process.execPath,
    args: (port) => [
      cliPath(),
      'serve',
      '--port',
      String(port),
      '--log-level',
      'warn',
      '--data-directory',
      dataDirectory,
      ...flags,
    ],
    readyPath: '/health/ready',
    readyWithinSeconds: 180,
  };
}

/**
 * Starts a server on a free port of the loopback address and waits until it is ready.
 *
 * @param environment variables in addition to those of this process
 * @throws Error with the server's last lines of output if it ends or does not become ready in time
 */
export async function startServer(
  command: ServerCommand,
  environment: Readonly<Record<string, string>> = {},
): Promise<Target> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(command.program, command.args(port), {
    env: { ...settingsEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = keepLastLines(child);
  const httpUrl = `http://127.0.0.1:${String(port)}`;
  const deadline = started + command.readyWithinSeconds * 1000;
  while (!(await answers(httpUrl + command.readyPath))) {
    if (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
      await elapsed(POLL_MS);
      continue;
    }
    child.kill('SIGKILL');
    throw new Error(`The server did not get ready. It wrote:\n${output()}`);
  }
  return {
    url: `ws://127.0.0.1:${String(port)}/ws/transcribe`,
    httpUrl,
    pid: child.pid,
    startSeconds: (performance.now() - started) / 1000,
    output,
    stop: () => end(child),
  };
}

/** The process of a server that was started here. Throws a `TypeError` for one that was running already. */
export function processOf({ pid }: Pick<Target, 'pid'>): number {
  if (pid === undefined) throw new TypeError('a server that was started has a process');
  return pid;
}

/**
 * The environment without the benchmarks' own variables, which the server would reject as misspelt settings.
 */
export function settingsEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'AUSCULT_SHARED'));
}

const POLL_MS = 20;

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => {
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function keepLastLines(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => {
    text += error.message;
  });
  return () => text;
}

function httpUrlOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol === 'wss:' ? 'https' : 'http'}://${host}`;
}
