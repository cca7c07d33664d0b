import type { Command } from 'commander';
import { recordJobTraces } from '../benchmarks/job-traces.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { distribution } from '../measure/distribution.js';
import { milliseconds, table } from '../report/table.js';
import type { JobTraces } from '../simulation/job-trace.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addModelOptions, type ModelFlags } from './run-options.js';

interface TraceFlags extends ClipFlags, ModelFlags {
  readonly streams: number;
  readonly seconds: number;
}

/** `job-traces`: what real streams ask of inference, for `simulate`. */
export function addJobTracesCommand(program: Command): void {
  const command = program
    .command('job-traces')
    .description('What streams ask of inference and how long each job takes alone: what `simulate` plays.');
  addModelOptions(addClipOptions(command))
    .option('--streams <count>', 'streams to watch', wholeNumber, 6)
    .option('--seconds <seconds>', 'how long each speaks', positiveNumber, 60)
    .addHelpText('after', '\nExample:\n  npm run bench -- job-traces --kind medical --json traces.json')
    .action(async (flags: TraceFlags) => {
      const tracks = continuousTracks(await decodeClips(speechClips(flags)), flags.streams, flags.seconds);
      await conduct({
        benchmark: 'job-traces',
        json: flags.json,
        measure: () =>
          recordJobTraces(tracks, flags.seconds, flags.model, showProgress(tracks.length, 'streams')),
        show,
      });
    });
}

function show({ traces }: JobTraces): string {
  const jobs = traces.flatMap((trace) => trace.jobs);
  const seconds = traces.reduce((sum, trace) => sum + trace.seconds, 0);
  const rows = (['final', 'partial'] as const).map((kind) => {
    const of = jobs.filter(({ priority }) => priority === kind);
    const took = distribution(of.map(({ runSeconds }) => runSeconds));
    return [kind, (of.length / seconds).toFixed(2), ...[took?.p50, took?.p95, took?.max].map(milliseconds)];
  });
  return table(['jobs of a stream', 'a second', 'p50', 'p95', 'max'], rows);
}
