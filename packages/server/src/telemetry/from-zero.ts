import type { Counter, LabelValues } from 'prom-client';

/**
 * Begins these series of a counter at 0. Prometheus does not see the first rise of a series that begins with it, and a rate
 * over a series that is not there is not 0 but nothing.
 */
export function fromZero<Label extends string>(
  counter: Counter<Label>,
  series: readonly LabelValues<Label>[],
): Counter<Label> {
  for (const labels of series) counter.inc(labels, 0);
  return counter;
}
