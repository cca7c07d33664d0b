import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Command } from 'commander';
import type { ConsolePageResults } from '../benchmarks/console-page.js';
import { measureConsole, SESSIONS_TOGETHER, type ConsoleResults } from '../benchmarks/console.js';
import { delayTable } from '../report/delay-table.js';
import { table } from '../report/table.js';
import { wholeNumber } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';

interface ConsoleFlags {
  readonly sessions: number;
  readonly rounds: number;
  readonly database?: string;
  readonly json?: string;
  readonly chromium: string;
  readonly loads: number;
}

/** `console`: how long a server takes to list what it keeps, and until its console can be used in a browser. */
export function addConsoleCommand(program: Command): void {
  program
    .command('console')
    .description(
      'How long it takes to list recorded sessions, where there are very many, and to open the console on them.',
    )
    .option('--sessions <count>', 'recorded sessions', wholeNumber, 100_000)
    .option('--rounds <count>', 'how often each page is asked for', wholeNumber, 40)
    .option('--database <url>', 'an empty PostgreSQL database (default: the embedded one)')
    .option('--loads <times>', 'how often the console is opened on a cold cache', wholeNumber, 5)
    .option(
      '--chromium <path>',
      'the browser; the default is CHROMIUM_PATH; if there is none, only the server is measured',
      process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    )
    .option('--json <file>', 'where to write the report')
    .action(async ({ sessions, rounds, database, loads, chromium: path, json }: ConsoleFlags) => {
      const chromium = existsSync(path) ? path : undefined;
      const onProgress = showProgress(
        Math.ceil(sessions / SESSIONS_TOGETHER),
        `times ${String(SESSIONS_TOGETHER)} sessions`,
      );
      await conduct({
        benchmark: 'console',
        json,
        measure: async () => ({
          model: 'none',
          results: await measureConsole({ sessions, rounds, database, loads, chromium }, onProgress),
        }),
        show,
      });
    });
}

function show({ console, ...results }: ConsoleResults): string {
  const { database, sessions, auditEntries, fillSeconds, writesAgain, pages } = results;
  return [
    `${database} database, ${String(sessions)} sessions and ${String(auditEntries)} audit entries, ` +
      `filled in ${fillSeconds.toFixed(0)} s, ${String(writesAgain)} writes again; ${String(cpus().length)} cores`,
    table(
      ['page, ms', 'role', 'rows', 'p50', 'p95', 'max'],
      pages.map(({ page, role, rows, delays }) => [
        page,
        role,
        String(rows),
        ...(delays ? [delays.p50, delays.p95, delays.max] : []).map((value) => value.toFixed(1)),
      ]),
    ),
    ...(console === undefined ? [] : [showConsole(console)]),
  ].join('\n\n');
}

function showConsole({
  loadBytes,
  requests,
  rows,
  firstPaint,
  interactive,
  longestTask,
}: ConsolePageResults): string {
  return [
    delayTable([
      ['navigation → first paint with content', firstPaint],
      ['navigation → first page of sessions can be used', interactive],
    ]),
    `${(loadBytes / 1000).toFixed(0)} kB in ${String(requests)} requests, ${String(rows)} sessions shown; ` +
      `longest task of the main thread ${(longestTask * 1000).toFixed(0)} ms`,
  ].join('\n\n');
}
