import type { Command } from 'commander';
import { measureStart, type Start, type StartResults } from '../benchmarks/start.js';
import { table } from '../report/table.js';
import { wholeNumber } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';

/** `start`: how long `npm start` takes until the server is ready. */
export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('How long `npm start` takes until the server is ready, and the memory that it then uses.')
    .option('--runs <count>', 'starts with warm caches', wholeNumber, 5)
    .option('--json <file>', 'where the report goes')
    .action(async ({ runs, json }: { readonly runs: number; readonly json?: string }) => {
      await conduct({
        benchmark: 'start',
        json,
        measure: async () => ({
          model: 'moonshine-base',
          results: await measureStart(runs, showProgress(runs + 1, 'starts')),
        }),
        show,
      });
    });
}

function show({ build, cold, warm }: StartResults): string {
  return [
    table(
      ['start', 'seconds', 'processor s', 'memory MB', 'processes'],
      [startCells('cold', cold), ...warm.map((start) => startCells('warm', start))],
    ),
    `build with nothing to do: p50 ${build?.p50.toFixed(2) ?? '?'} s, at most ${build?.max.toFixed(2) ?? '?'} s`,
    'Memory is the proportional set size of all processes, of npm too, where shared memory counts once.',
  ].join('\n\n');
}

function startCells(name: string, { seconds, use }: Start): string[] {
  return [
    name,
    seconds.toFixed(2),
    use === undefined ? '' : use.cpuSeconds.toFixed(1),
    use === undefined ? '' : (use.memoryBytes / 1e6).toFixed(0),
    use === undefined ? '' : String(use.processes),
  ];
}
