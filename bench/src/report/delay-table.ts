import type { Distribution } from '../measure/distribution.js';
import { seconds, table } from './table.js';

/** Delays as a table, one line each. */
export function delayTable(delays: readonly (readonly [what: string, Distribution | undefined])[]): string {
  const rows = delays.map(([what, delay]) => [
    what,
    String(delay?.count ?? 0),
    ...[delay?.p50, delay?.p95, delay?.p99, delay?.max].map(seconds),
  ]);
  return table(['delay', 'count', 'p50', 'p95', 'p99', 'max'], rows);
}
