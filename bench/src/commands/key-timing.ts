import type { Command } from 'commander';
import { measureKeyTiming, type KeyTimingResults } from '../benchmarks/key-timing.js';
import { table } from '../report/table.js';
import { wholeNumber } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';

/** `key-timing`: whether the time of a refusal reveals anything about a key. */
export function addKeyTimingCommand(program: Command): void {
  program
    .command('key-timing')
    .description(
      'How long the server takes to refuse a wrong API key, with the id of an existing key and with another.',
    )
    .option('--tries <count>', 'wrong keys of each kind', wholeNumber, 10_000)
    .option('--json <file>', 'where the report goes')
    .action(async ({ tries, json }: { readonly tries: number; readonly json?: string }) => {
      await conduct({
        benchmark: 'key-timing',
        json,
        measure: async () => ({
          model: 'none',
          results: await measureKeyTiming(tries, showProgress(tries, 'tries')),
        }),
        show,
      });
    });
}

function show({ rightPrefix, wrongPrefix, t }: KeyTimingResults): string {
  const rows = [
    ['right id, wrong secret', rightPrefix],
    ['wrong id', wrongPrefix],
  ] as const;
  return [
    table(
      ['refused in', 'p50 µs', 'p95 µs'],
      rows.map(([what, times]) => [what, microseconds(times?.p50), microseconds(times?.p95)]),
    ),
    `Welch's t: ${t.toFixed(2)} (beyond ±3.3 they differ)`,
  ].join('\n\n');
}

function microseconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : (milliseconds * 1000).toFixed(0);
}
