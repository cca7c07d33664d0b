import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { measurePool, type PoolResults } from '../benchmarks/pool.js';
import { clusterMissing } from '../server/programs.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { delayTable } from '../report/delay-table.js';
import { table } from '../report/table.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';

interface PoolFlags extends ClipFlags, WorkerFlags {
  readonly streams: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly postgres?: true;
}

/** `pool`: what inference over NATS costs, beside inference in the server. */
export function addPoolCommand(program: Command): void {
  const command = program
    .command('pool')
    .description(
      'The same streams with inference in the server and in `auscult work` over NATS, in turn: delay of finals, processor time of each part, traffic. Needs nats-server.',
    );
  addClipOptions(command, { maxClip: 60 });
  addWorkerOptions(command)
    .option('--streams <count>', 'streams at the same time', wholeNumber, 8)
    .option('--seconds <seconds>', 'least length of a stream', positiveNumber, 60)
    .option('--rounds <count>', 'how often each way is measured', wholeNumber, 3)
    .option('--postgres', 'records in PostgreSQL, which is started for it')
    .addHelpText('after', '\nExample:\n  npm run bench -- pool --streams 8 --rounds 3')
    .action(async (flags: PoolFlags) => {
      const missing = clusterMissing();
      if (missing !== undefined) throw new Error(`pool cannot run: ${missing}`);
      const tracks = continuousTracks(await decodeClips(speechClips(flags)), flags.streams, flags.seconds);
      const workers = flags.workers ?? availableParallelism();
      const onRound = showProgress(2 * flags.rounds, 'rounds');
      await conduct({
        benchmark: 'pool',
        json: flags.json,
        measure: async () => ({
          model: flags.model ?? 'default',
          results: await measurePool(
            { tracks, rounds: flags.rounds, workers, model: flags.model, postgres: flags.postgres === true },
            onRound,
          ),
        }),
        show,
      });
    });
}

function show({ streams, rounds, database, results }: PoolResults): string {
  const names = [...new Set(results.flatMap(({ processor }) => Object.keys(processor)))];
  return [
    `${String(streams)} streams, ${String(rounds)} rounds, records: ${database}`,
    delayTable(
      results.flatMap(({ inference, fromVoice, afterPause }) => [
        [`${inference}: last voiced sample of final → final`, fromVoice],
        [`${inference}:   where a pause follows`, afterPause],
      ]),
    ),
    table(
      ['inference', 'audio', 'finals', 'not served', 'traffic', ...names.map((name) => `${name}, ms/s`)],
      results.map(({ inference, audioSeconds, finals, unserved, traffic, processor }) => [
        inference,
        `${(audioSeconds / 60).toFixed(1)} min`,
        ...[finals, unserved].map(String),
        traffic === undefined ? '–' : `${traffic.toFixed(2)} × audio`,
        ...names.map((name) => (processor[name] === undefined ? '–' : (1000 * processor[name]).toFixed(1))),
      ]),
    ),
    'ms/s: processor time for each second of audio of one stream.',
  ].join('\n\n');
}
