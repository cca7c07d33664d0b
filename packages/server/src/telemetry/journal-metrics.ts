import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { JournalStatus } from '../journal/journal.js';

/** What the audio journal of a server counts. */
export interface JournalMetrics {
  readonly commitSeconds: Histogram;
  readonly failures: Counter;
  readonly recoveredSeconds: Counter;
}

/** Counts what happens to accepted audio. */
export function countJournal(registers: Registry[]): JournalMetrics {
  return {
    commitSeconds: new Histogram({
      name: 'auscult_journal_commit_seconds',
      help: 'Time that it took to have accepted audio of all sessions on disk.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    failures: new Counter({
      name: 'auscult_journal_failures_total',
      help: 'How often accepted audio could not be kept any more: the disk is full, fails, or is too slow.',
      registers,
    }),
    recoveredSeconds: new Counter({
      name: 'auscult_journal_recovered_seconds_total',
      help: 'Audio that servers have left, and that was transcribed after they went down.',
      registers,
    }),
  };
}

/** Adds metrics of what the journal holds; `status` is asked at every scrape. */
export function measureJournal(registers: Registry[], status: () => JournalStatus): void {
  const gauges: readonly [name: string, help: string, value: (status: JournalStatus) => number][] = [
    ['auscult_journal_waiting_bytes', 'Accepted audio that waits for the disk.', (is) => is.waitingBytes],
    ['auscult_journal_bytes', 'Size of the journal of accepted audio on disk.', (is) => is.keptBytes],
    [
      'auscult_journal_oldest_unsettled_seconds',
      'Accepted audio that waits for its text, of the session in which this is most.',
      (is) => is.unsettledSeconds,
    ],
  ];
  for (const [name, help, value] of gauges)
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value(status()));
      },
    });
}
