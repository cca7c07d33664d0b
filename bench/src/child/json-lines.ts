import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';

/** A program that takes requests and gives answers as lines of JSON, one after another. */
export interface JsonLines {
  readonly pid: number | undefined;
  /** Sends a line. */
  ask(request: unknown): void;
  /**
   * Resolves with the next line.
   *
   * @throws Error when the program has ended; its reason is on standard error
   */
  answer(): Promise<unknown>;
  /** Closes its input, and resolves once the program has ended. */
  stop(): Promise<void>;
}

/** Starts `interpreter` on a program. */
export function startJsonLines(
  interpreter: string,
  program: string,
  flags: readonly string[] = [],
): JsonLines {
  const child = spawn(interpreter, [program, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // Writing to an ended process may fail; its missing answer shows that it has ended.
  child.stdin.on('error', () => undefined);
  return {
    pid: child.pid,
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
    },
    async answer() {
      const line = await answers.next();
      if (line.done === true) throw new Error(`${basename(program)} has ended; see above for its reason.`);
      return JSON.parse(line.value) as unknown;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
