import { Gauge, Histogram, type Registry } from 'prom-client';

/** Counts how long the database takes for a commit. */
export function countCommits(registers: Registry[]): Histogram {
  return new Histogram({
    name: 'auscult_commit_seconds',
    help: 'Time that it took to have records and entries of the audit log in the database, for all that were written together.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
}

/** Adds whether the database can be written to; `isWriting` is asked at every scrape. */
export function measureDatabase(registry: Registry, isWriting: () => boolean): void {
  new Gauge({
    name: 'auscult_database_writable',
    help: 'Whether the last commit to the database succeeded: 1 if so. While it is 0, finals wait and no session is taken.',
    registers: [registry],
    collect() {
      this.set(isWriting() ? 1 : 0);
    },
  });
}
