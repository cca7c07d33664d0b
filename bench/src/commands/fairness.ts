import type { Command } from 'commander';
import { measureFairness, type FairnessResults } from '../benchmarks/fairness.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { percent, seconds, table } from '../report/table.js';
import { addClipOptions, positiveNumber, speechClips, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addServerOptions, serverArguments, sessionOptions, type ServerFlags } from './run-options.js';

interface FairnessFlags extends ClipFlags, Omit<ServerFlags, 'url'> {
  readonly seconds: number;
  readonly only?: string;
}

/** `fairness`: how a doctor fares while another key takes all it can. */
export function addFairnessCommand(program: Command): void {
  const command = program
    .command('fairness')
    .description('One doctor in real time, alone and while another key does its worst.');
  addClipOptions(command, { maxClip: 60 });
  addServerOptions(command)
    .option('--seconds <seconds>', 'how long the doctor speaks in each case', positiveNumber, 60)
    .option('--only <text>', 'only cases with this in their name')
    .action(async (flags: FairnessFlags) => {
      const [track] = continuousTracks(await decodeClips(speechClips(flags)), 1, flags.seconds);
      if (track === undefined) throw new RangeError('There are no clips to play.');
      await conduct({
        benchmark: 'fairness',
        json: flags.json,
        measure: () => measureFairness(track, sessionOptions('', flags), serverArguments(flags), flags.only),
        show,
      });
    });
}

function show({ cases }: FairnessResults): string {
  return table(
    ['beside', 'finals', 'p50', 'p95', 'max', 'WER', 'outcome', 'slowest answer', 'refused'],
    cases.map(({ beside, finals, wer, outcome, slowestAnswer, refused }) => [
      beside,
      String(finals?.count ?? 0),
      ...[finals?.p50, finals?.p95, finals?.max].map(seconds),
      wer === undefined ? '' : percent(wer),
      outcome,
      seconds(slowestAnswer),
      String(refused),
    ]),
  );
}
