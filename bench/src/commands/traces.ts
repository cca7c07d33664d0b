import type { Command } from 'commander';
import { measureTraces, type TracesResults } from '../benchmarks/traces.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { percent, table } from '../report/table.js';
import { auscultCommand, startServer } from '../server/target.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addWorkerOptions, serverArguments, sessionOptions, type WorkerFlags } from './run-options.js';

interface TracesFlags extends ClipFlags, WorkerFlags {
  readonly streams: number;
  readonly seconds: number;
  readonly rounds: number;
}

/** `traces`: what it costs to trace sessions. */
export function addTracesCommand(program: Command): void {
  const command = program
    .command('traces')
    .description('The same streams in turn without traces and with traces: processor time of the server.');
  addClipOptions(command, { maxClip: 60 });
  addWorkerOptions(command)
    .option('--streams <count>', 'streams at the same time', wholeNumber, 4)
    .option('--seconds <seconds>', 'least length of a stream', positiveNumber, 60)
    .option('--rounds <count>', 'how often each is measured', wholeNumber, 3)
    .addHelpText('after', '\nExample:\n  npm run bench -- traces --streams 8 --seconds 120 --rounds 4')
    .action(async (flags: TracesFlags) => {
      const tracks = continuousTracks(await decodeClips(speechClips(flags)), flags.streams, flags.seconds);
      const sent = { ...flags, frameMs: 50 };
      await conduct({
        benchmark: 'traces',
        json: flags.json,
        measure: async () => ({
          model: flags.model ?? 'the default',
          results: await measureTraces(tracks, {
            rounds: flags.rounds,
            start: (more) => startServer(auscultCommand([...serverArguments(sent), ...more])),
            session: ({ url }) => sessionOptions(url, sent),
          }),
        }),
        show,
      });
    });
}

function show({ without, with: traced, extraPerFinalMs, share, ...run }: TracesResults): string {
  return [
    table(
      ['processor seconds', 'finals', 'server process', 'all processes', 'spans, kB'],
      [
        [
          'without traces',
          String(without.finals),
          seconds(without.ownSeconds),
          seconds(without.allSeconds),
          '–',
        ],
        [
          ...['with traces', String(traced.finals), seconds(traced.ownSeconds), seconds(traced.allSeconds)],
          (traced.spanBytes / 1000).toFixed(0),
        ],
      ],
    ),
    `${String(run.streams)} streams, ${String(run.rounds)} rounds: ${extraPerFinalMs.toFixed(2)} ms more for a final, ` +
      `${percent(share)} of all that it takes`,
  ].join('\n\n');
}

function seconds(value: number): string {
  return value.toFixed(2);
}
