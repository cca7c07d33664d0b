import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { percent, seconds, table } from '../report/table.js';
import type { Report } from '../report/report.js';
import type { JobTraces } from '../simulation/job-trace.js';
import { LATE_SECONDS, simulateStreams, type SimulatedRun } from '../simulation/simulate-streams.js';
import { listOf, positiveNumber, wholeNumber } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';

interface SimulateFlags {
  readonly trace: string;
  readonly streams: number;
  readonly machines: readonly string[];
  readonly processes: number;
  readonly seconds: number;
  readonly lost: number;
  readonly detection: number;
  readonly newcomer: number;
  readonly seed: number;
  readonly json?: string;
}

interface SimulationResults {
  readonly streams: number;
  readonly processes: number;
  readonly seconds: number;
  readonly lostShare: number;
  readonly runs: readonly SimulatedRun[];
}

/** `simulate`: how many inference machines many streams need. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description(
      'Delay of finals of many streams over many inference machines, by simulation: the real scheduler on a clock of its own.',
    )
    .requiredOption('--trace <file>', 'what `job-traces` recorded on a machine with nothing else to do')
    .option('--streams <count>', 'concurrent streams', wholeNumber, 10_000)
    .option('--machines <counts>', 'inference machines, several numbers separated by commas', listOf, [
      '400',
      '500',
      '625',
      '833',
    ])
    .option(
      '--processes <count>',
      'inference processes of a machine, each with a core of its own',
      wholeNumber,
      2,
    )
    .option('--seconds <seconds>', 'simulated time', positiveNumber, 80)
    .option('--lost <share>', 'share of the machines that fail when half of the time is over', Number, 0.2)
    .option('--detection <seconds>', 'time until jobs of a failed machine go to others', positiveNumber, 3)
    .option('--newcomer <seconds>', 'cost of the first job of a stream at another machine', Number, 0.2)
    .option('--seed <number>', 'for the streams and where each begins', Number, 1)
    .option('--json <file>', 'where the figures go; the default is bench/results/NAME-TIME.json')
    .addHelpText(
      'after',
      '\nExample:\n  npm run bench -- simulate --trace traces.json --streams 1000 --machines 40,60',
    )
    .action(async (flags: SimulateFlags) => {
      const { streams, processes, seconds: time, lost: lostShare, detection, newcomer, seed } = flags;
      const { results: recorded } = JSON.parse(readFileSync(flags.trace, 'utf8')) as Report<JobTraces>;
      const counts = flags.machines.map(Number);
      const onSecond = showProgress(counts.length * Math.ceil(time), 'simulated seconds');
      await conduct({
        benchmark: 'simulate',
        json: flags.json,
        measure: () => {
          const runs = counts.map((machines) =>
            simulateStreams(
              recorded.traces,
              {
                streams,
                machines,
                processes,
                seconds: time,
                lostShare,
                detectionSeconds: detection,
                newcomerSeconds: newcomer,
                seed,
              },
              onSecond,
            ),
          );
          return Promise.resolve({
            model: `${recorded.model}, simulated`,
            results: { streams, processes, seconds: time, lostShare, runs },
          });
        },
        show,
      });
    });
}

function show({ streams, processes, lostShare, runs }: SimulationResults): string {
  return [
    table(
      [
        'machines',
        'streams each',
        'load',
        'p50',
        'p95',
        'p99',
        'partials replaced',
        'after the loss p95',
        'in time again',
        'unfinished',
      ],
      runs.map(({ machines, before, after, load, replacedPartials, recoveredAfter, unfinished }) => [
        String(machines),
        (streams / machines).toFixed(1),
        percent(load),
        ...[before?.p50, before?.p95, before?.p99].map(seconds),
        percent(replacedPartials),
        seconds(after?.p95),
        recoveredAfter === undefined ? 'never' : `${String(recoveredAfter)} s`,
        String(unfinished),
      ]),
    ),
    `${String(streams)} streams; machines of ${String(processes)} processes; ${percent(lostShare)} of them fail at once. ` +
      `In time again: from then on, the 95th percentile of each five seconds is below ${String(LATE_SECONDS)} s.`,
  ].join('\n');
}
