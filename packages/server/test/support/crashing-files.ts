import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';

/** A simulated process that can be killed in the middle of its work on files. */
export interface FilesOfProcess {
  /** How many more operations on files it does. The last is done only in part if it writes. */
  stepsLeft: number;
  /** How many turns of the event loop it waits before an operation, so that others come between. */
  readonly hesitation: () => number;
}

const current = new AsyncLocalStorage<FilesOfProcess>();

/** Thrown by each operation on files in a simulated process that was killed. */
class KilledError extends Error {
  override readonly name = 'KilledError';
}

/** Runs `work` as part of that process. */
export function as<Result>(process: FilesOfProcess, work: () => Promise<Result>): Promise<Result> {
  return current.run(process, work);
}

/** Whether the process was killed. */
export function isKilled({ stepsLeft }: FilesOfProcess): boolean {
  return stepsLeft <= 0;
}

const FUNCTIONS = ['open', 'rename', 'link', 'unlink', 'mkdir', 'readFile', 'readdir', 'stat'] as const;
const METHODS = ['write', 'writeFile', 'sync', 'truncate', 'read', 'stat'] as const;

/** From now on, operations on files count as those of simulated processes, until the returned function is called. */
export function simulateProcesses(): () => void {
  const files = fs.promises as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const originals = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  for (const name of FUNCTIONS) {
    const original = files[name];
    if (original === undefined) throw new TypeError(`there is no ${name}`);
    originals.set(name, original);
    files[name] = async (...args) => {
      await step();
      const result = await original.apply(files, args);
      return name === 'open' && current.getStore() !== undefined ? killable(result as object) : result;
    };
  }
  syncBuiltinESMExports();
  return () => {
    for (const [name, original] of originals) files[name] = original;
    syncBuiltinESMExports();
  };
}

/** Counts an operation. Rejects if the process was killed. */
async function step(): Promise<void> {
  const process = current.getStore();
  if (process === undefined) return;
  for (let turns = process.hesitation(); turns > 0; turns--) await turn();
  process.stepsLeft -= 1;
  if (isKilled(process)) throw new KilledError('killed');
}

function killable(file: object): object {
  return new Proxy(file, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (!METHODS.some((known) => known === name)) return method;
      return async (...args: unknown[]) => {
        try {
          await step();
        } catch (error) {
          // The process was killed during this write: only a part of the content reaches the disk.
          if (name === 'writeFile' && typeof args[0] === 'string' && current.getStore()?.stepsLeft === 0)
            await method(args[0].slice(0, args[0].length / 2));
          throw error;
        }
        return method(...args);
      };
    },
  });
}
