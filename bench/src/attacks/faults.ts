import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as elapsed } from 'node:timers/promises';
import { createTally, type Attack } from './attack.js';

/** Kills an inference process every few seconds. */
export const killedInference: Attack = async (victim) => {
  const tally = createTally();
  while (victim.goesOn()) {
    const [worker] = inferenceProcesses(victim.pid);
    if (worker !== undefined) {
      process.kill(worker, 'SIGKILL');
      tally.add('killed');
    }
    for (let waited = 0; waited < 5_000 && victim.goesOn(); waited += 100) await elapsed(100);
  }
  return tally.account();
};

/** The server's inference processes, from `/proc`. */
function inferenceProcesses(server: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => {
      const line = readOrEmpty(`/proc/${String(pid)}/cmdline`);
      const parent = / \d+ /u.exec(readOrEmpty(`/proc/${String(pid)}/stat`).replace(/^.*\) \S/u, ''))?.[0];
      return line.includes('worker-main') && Number(parent) === server;
    });
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
