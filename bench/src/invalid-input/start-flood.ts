import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FloodReport } from './flood-main.js';
import type { FloodAccount, FloodOrder } from './flood.js';

const MAIN = fileURLToPath(new URL('./flood-main.js', import.meta.url));

/** Processes that share the kinds: on a busy machine, one would get too little of a processor to send fast. */
const PROCESSES = 8;

/**
 * Floods from processes of its own, so that speech is sent in time beside it. Rejects if one of them ends before its account.
 */
export async function startFlood(
  order: Omit<FloodOrder, 'part'>,
  onSent: (sent: number) => void,
): Promise<FloodAccount> {
  const sent = Array.from({ length: PROCESSES }, () => 0);
  const accounts = await Promise.all(
    sent.map((_, first) =>
      floodPart({ ...order, part: { first, of: PROCESSES } }, (count) => {
        sent[first] = count;
        onSent(sent.reduce((sum, one) => sum + one, 0));
      }),
    ),
  );
  const all: FloodAccount = Object.fromEntries(accounts.flatMap((account) => Object.entries(account)));
  return Object.fromEntries(order.kinds.flatMap((name) => (all[name] ? [[name, all[name]]] : [])));
}

function floodPart(order: FloodOrder, onSent: (sent: number) => void): Promise<FloodAccount> {
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
