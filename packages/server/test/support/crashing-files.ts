import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';

/** A process as far as its files go: it can be killed in the middle of what it does to them. */
export interface FilesOfProcess {
  /** Operations on files that it still does; the last of them in part only, if it writes. */
  stepsLeft: number;
  /** Turns of the event loop that it waits before an operation, so that others come between. */
  readonly hesitation: () => number;
}

const current = new AsyncLocalStorage<FilesOfProcess>();

/** Thrown in a process that counts as killed: nothing that it does has any effect from then on. */
class KilledError extends Error {
  override readonly name = 'KilledError';
}

/** Does work as that process. */
export function as<Result>(process: FilesOfProcess, work: () => Promise<Result>): Promise<Result> {
  return current.run(process, work);
}

/** Whether the process was killed. */
export function isKilled({ stepsLeft }: FilesOfProcess): boolean {
  return stepsLeft <= 0;
}

const FUNCTIONS = ['open', 'rename', 'link', 'unlink', 'mkdir', 'readFile', 'readdir', 'stat'] as const;
const METHODS = ['write', 'writeFile', 'sync', 'truncate', 'read', 'stat'] as const;

/** Has files be those of processes that can be killed, until the returned function is called. */
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

/** Rejects for a process that was killed. */
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
          // Content that was on its way to the disk arrives in part.
          if (name === 'writeFile' && typeof args[0] === 'string' && current.getStore()?.stepsLeft === 0)
            await method(args[0].slice(0, args[0].length / 2));
          throw error;
        }
        return method(...args);
      };
    },
  });
}
