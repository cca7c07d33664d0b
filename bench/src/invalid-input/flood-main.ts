import { getPriority, setPriority } from 'node:os';
import { flood, type FloodAccount, type FloodOrder } from './flood.js';

/** What the process that floods reports. */
export type FloodReport = { readonly sent: number } | { readonly account: FloodAccount };

/** Those who send invalid input use other machines, so on this one the process gives way to the server and the speech. */
const GIVES_WAY = 5;
const LEAST_PRIORITY = 19;

/** Inputs between two reports. */
const REPORT_EACH = 100;

setPriority(Math.min(LEAST_PRIORITY, getPriority() + GIVES_WAY));
process.once('message', (order: FloodOrder) => {
  void carryOut(order);
});

async function carryOut(order: FloodOrder): Promise<void> {
  const account = await flood(order, (sent) => {
    if (sent % REPORT_EACH === 0) process.send?.({ sent } satisfies FloodReport);
  });
  process.send?.({ account } satisfies FloodReport, () => {
    process.exit(0);
  });
}
