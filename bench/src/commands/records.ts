import type { Command } from 'commander';
import { ENTRIES_TOGETHER, measureRecords, type RecordsResults } from '../benchmarks/records.js';
import type { Distribution } from '../measure/distribution.js';
import { table } from '../report/table.js';
import { wholeNumber } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';

interface RecordsFlags {
  readonly sessions: number;
  readonly finals: number;
  readonly entries: number;
  readonly database?: string;
  readonly json?: string;
}

/** `records`: what it costs to record finals and to verify the audit log. */
export function addRecordsCommand(program: Command): void {
  program
    .command('records')
    .description('How long it takes to write a final to disk, and to verify the audit log.')
    .option('--sessions <count>', 'sessions that have a final at the same moment', wholeNumber, 24)
    .option('--finals <count>', 'finals in each of the two runs', wholeNumber, 5000)
    .option('--entries <count>', 'entries of the audit log', wholeNumber, 1_000_000)
    .option('--database <url>', 'an empty PostgreSQL database (default: the embedded one)')
    .option('--json <file>', 'where to write the report')
    .action(async ({ sessions, finals, entries, database, json }: RecordsFlags) => {
      const onProgress = showProgress(Math.ceil(entries / ENTRIES_TOGETHER), 'transactions of audit entries');
      await conduct({
        benchmark: 'records',
        json,
        measure: async () => ({
          model: 'none',
          results: await measureRecords({ sessions, finals, auditEntries: entries, database }, onProgress),
        }),
        show,
      });
    });
}

function show({ alone, together, auditEntries, verifySeconds, problems }: RecordsResults): string {
  return [
    table(
      ['a final on disk, ms', 'count', 'p50', 'p95', 'p99', 'max'],
      [row('one at a time', alone), row('one of each session at the same moment', together)],
    ),
    `${auditEntries} audit entries verified in ${verifySeconds.toFixed(1)} s, ${problems} problems`,
  ].join('\n\n');
}

function row(what: string, delays: Distribution | undefined): readonly string[] {
  const numbers = delays ? [delays.p50, delays.p95, delays.p99, delays.max] : [];
  return [what, String(delays?.count ?? 0), ...numbers.map((value) => value.toFixed(2))];
}
