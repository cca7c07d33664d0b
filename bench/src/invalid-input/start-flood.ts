import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FloodReport } from './flood-main.js';
import type { FloodAccount, FloodOrder } from './flood.js';

const MAIN = fileURLToPath(new URL('./flood-main.js', import.meta.url));

/**
 * Floods from a separate process, so that speech is sent in time beside it. Rejects if the process ends before its account.
 */
export function startFlood(order: FloodOrder, onSent: (sent: number) => void): Promise<FloodAccount> {
  const child = fork(MAIN);
  child.send(order);
  return new Promise((resolve, reject) => {
    child.on('message', (report: FloodReport) => {
      if ('account' in report) resolve(report.account);
      else onSent(report.sent);
    });
    child.once('exit', (code) => {
      reject(new Error(`The process that floods ended with ${String(code)}.`));
    });
  });
}
