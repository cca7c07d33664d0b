import { spawn, type ChildProcessByStdio, type SpawnOptions } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** A program without standard input, whose output can be read. */
export type OwnedProcess = ChildProcessByStdio<null, Readable, Readable>;

/** What the process of the tests writes where the program has ended, so that nothing is left to be killed. */
const OVER = 'over\n';

/**
 * Waits, as nobody's child, for a line on descriptor 3, and kills the program, which keeps the process id of this shell,
 * if the descriptor ends without one. There is no core file, which would be a copy of the memory.
 */
const SCRIPT = `
ulimit -c 0
((read -r over <&3 || kill -9 $$) >/dev/null 2>&1 &)
exec "$@" 3<&-
`;

/**
 * Starts a program that is killed when the process of the tests is gone: one whose hook ran out of time before it knew
 * the program, or that was killed itself, leaves nothing behind.
 */
export function spawnOwned(
  [program, ...args]: readonly [string, ...string[]],
  options: Omit<SpawnOptions, 'stdio' | 'shell'> = {},
): OwnedProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', program, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const lifeline = child.stdio[3] as Writable;
  // The program may have ended before it was told.
  lifeline.on('error', () => undefined);
  child.once('exit', () => lifeline.end(OVER));
  return child as unknown as OwnedProcess;
}
