import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../child-environment.js';
import { killAtExit } from '../../kill-at-exit.js';

/** One running process that infers. */
export interface WorkerProcess<To extends object> {
  readonly pid: number | undefined;
  send(message: To): void;
  /** Ends it at once. A stopped (SIGSTOP) process ends too. */
  kill(): void;
}

/** What the supervisor hears from a worker. `onExit` comes last and once. */
export interface WorkerListener<From> {
  readonly onMessage: (message: From) => void;
  readonly onExit: () => void;
}

/** Starts a process that runs a module. Audio goes over in binary (structured clone), not as JSON. */
export function startWorkerProcess<To extends object, From>(
  module: URL,
  listener: WorkerListener<From>,
): WorkerProcess<To> {
  const child: ChildProcess = fork(fileURLToPath(module), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // The heap holds only tokens, messages and lists of terms. Tensors live outside it, but so many are left behind that
    // garbage is collected all the time: with the usual extra threads, that takes twice the processor time (bench `terms`).
    execArgv: ['--max-old-space-size=256', '--expose-gc', '--single-threaded-gc'],
    env: { ...childEnvironment('inference'), ...MALLOC_SETTINGS },
  });
  const spare = killAtExit(child);
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    spare();
    listener.onExit();
  };
  child.on('message', (message) => {
    if (!ended) listener.onMessage(message as From);
  });
  child.on('exit', end);
  // Without this handler a failed fork or a broken channel would end the server.
  child.on('error', () => child.kill('SIGKILL'));
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    kill() {
      child.kill('SIGKILL');
    },
  };
}

/**
 * For glibc; other C libraries ignore them. Memory of a tensor of a megabyte or more returns to the system as soon as it is
 * freed; on glibc's heap, small blocks between the tensors would hold it back.
 */
const MALLOC_SETTINGS = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_TRIM_THRESHOLD_: '16777216',
};
