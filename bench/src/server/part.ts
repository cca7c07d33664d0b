import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { setTimeout as elapsed } from 'node:timers/promises';
import { processesOf } from './process-use.js';

/** A process of a run, with those that it has started. */
export interface Part {
  readonly name: string;
  /** Starts it, and resolves once it is of use. */
  readonly start: () => Promise<void>;
  readonly isRunning: () => boolean;
  /** Whether it is of use now. */
  readonly isReady: () => Promise<boolean>;
  /** Ends it and all its processes: they have got their signals when it returns. */
  readonly kill: () => Promise<void>;
  /** Lets it stand still. */
  readonly pause: () => void;
  readonly goOn: () => void;
  /** Asks it to end, and resolves when it has. */
  readonly stop: () => Promise<void>;
  readonly processId: () => number | undefined;
}

/** How to start a process, and when it is of use. */
export interface Program {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly environment: NodeJS.ProcessEnv;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly folder: string;
  /** Where its output goes. */
  readonly log: string;
  readonly isReady: () => Promise<boolean>;
  /** The signal that ends it and its processes at once. Default: `SIGKILL` to each. */
  readonly killSignal?: NodeJS.Signals;
  /** Called when it ends though nobody told it to. */
  readonly onEnded: (status: string) => void;
}

const READY_WITHIN_MS = 180_000;
const POLL_MS = 100;

/** A process that can be started, disturbed and started again. */
export function createPart(program: Program): Part {
  const { name, command, environment, user, folder, log, isReady, killSignal, onEnded } = program;
  let child: ChildProcess | undefined;
  let isWanted = false;

  const isRunning = (): boolean => child?.exitCode === null && child.signalCode === null;

  const signal = (which: NodeJS.Signals): void => {
    if (!isRunning() || child?.pid === undefined) return;
    for (const pid of processesOf(child.pid)) sendSignal(pid, which);
  };

  const ended = async (): Promise<void> => {
    if (child !== undefined && isRunning()) await once(child, 'exit');
  };

  const spawnIt = (): void => {
    isWanted = true;
    const [file, ...args] = command;
    const started = spawn(file, args, {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
    });
    child = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (chunk: Buffer) => {
        appendFileSync(log, chunk);
      });
    started.once('error', (error) => {
      appendFileSync(log, `${error.message}\n`);
    });
    started.once('exit', (code, by) => {
      if (isWanted && started === child) onEnded(by ?? String(code));
    });
  };

  return {
    name,
    isRunning,
    isReady,
    start: async () => {
      if (!isRunning()) spawnIt();
      const until = performance.now() + READY_WITHIN_MS;
      while (!(await isReady())) {
        if (!isRunning()) return;
        if (performance.now() > until) throw new Error(`${name} did not get ready; see ${log}`);
        await elapsed(POLL_MS);
      }
    },
    kill: async () => {
      isWanted = false;
      if (killSignal === undefined) signal('SIGKILL');
      else child?.kill(killSignal);
      await ended();
    },
    pause: () => {
      signal('SIGSTOP');
    },
    goOn: () => {
      signal('SIGCONT');
    },
    stop: async () => {
      isWanted = false;
      child?.kill('SIGTERM');
      await ended();
    },
    processId: () => (isRunning() ? child?.pid : undefined),
  };
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
