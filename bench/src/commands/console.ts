import { cpus } from 'node:os';
import type { Command } from 'commander';
import { measureConsole, SESSIONS_TOGETHER, type ConsoleResults } from '../benchmarks/console.js';
import { table } from '../report/table.js';
import { wholeNumber } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';

interface ConsoleFlags {
  readonly sessions: number;
  readonly rounds: number;
  readonly database?: string;
  readonly json?: string;
}

/** `console`: how long a server takes to list what it keeps. */
export function addConsoleCommand(program: Command): void {
  program
    .command('console')
    .description('How long it takes to list recorded sessions, where there are very many.')
    .option('--sessions <count>', 'recorded sessions', wholeNumber, 100_000)
    .option('--rounds <count>', 'how often each page is asked for', wholeNumber, 40)
    .option('--database <url>', 'an empty PostgreSQL database (default: the embedded one)')
    .option('--json <file>', 'where to write the report')
    .action(async ({ sessions, rounds, database, json }: ConsoleFlags) => {
      const onProgress = showProgress(Math.ceil(sessions / SESSIONS_TOGETHER), 'times 200 sessions');
      await conduct({
        benchmark: 'console',
        json,
        measure: async () => ({
          model: 'none',
          results: await measureConsole({ sessions, rounds, database }, onProgress),
        }),
        show,
      });
    });
}

function show({ database, sessions, auditEntries, fillSeconds, pages }: ConsoleResults): string {
  return [
    `${database} database, ${String(sessions)} sessions and ${String(auditEntries)} audit entries, ` +
      `filled in ${fillSeconds.toFixed(0)} s; ${String(cpus().length)} cores`,
    table(
      ['page, ms', 'role', 'rows', 'p50', 'p95', 'max'],
      pages.map(({ page, role, rows, delays }) => [
        page,
        role,
        String(rows),
        ...(delays ? [delays.p50, delays.p95, delays.max] : []).map((value) => value.toFixed(1)),
      ]),
    ),
  ].join('\n\n');
}
