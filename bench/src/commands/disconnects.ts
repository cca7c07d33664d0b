import type { Command } from 'commander';
import { measureDisconnects, type DisconnectResults, type Hearing } from '../benchmarks/disconnects.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { percent, seconds, table } from '../report/table.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addServerOptions, withServer, type ServerFlags } from './run-options.js';

interface DisconnectFlags extends ClipFlags, ServerFlags {
  readonly streams: number;
  readonly minutes: number;
  readonly cuts: number;
  readonly shortest: number;
  readonly longest: number;
}

/** `disconnects`: what is lost or doubled when connections break. */
export function addDisconnectsCommand(program: Command): void {
  const command = program
    .command('disconnects')
    .description('The same speech through the SDK over connections that break, and over others that do not.');
  addClipOptions(command, { maxClip: 60 });
  addServerOptions(command)
    .option(
      '--streams <count>',
      'streams whose connections break; twice as many run uncut beside them',
      wholeNumber,
      4,
    )
    .option('--minutes <minutes>', 'least length of a stream', positiveNumber, 15)
    .option('--cuts <count>', 'cuts of each stream', wholeNumber, 50)
    .option('--shortest <seconds>', 'shortest time without a connection', positiveNumber, 1)
    .option('--longest <seconds>', 'longest time without a connection', positiveNumber, 60)
    .addHelpText('after', '\nExample:\n  npm run bench -- disconnects --streams 4 --minutes 15 --cuts 50')
    .action(async (flags: DisconnectFlags) => {
      const clips = await decodeClips(speechClips(flags));
      const tracks = continuousTracks(clips, flags.streams, flags.minutes * 60);
      await conduct({
        benchmark: 'disconnects',
        json: flags.json,
        measure: () =>
          withServer(flags, ({ url }) =>
            measureDisconnects(url, tracks, {
              cuts: flags.cuts,
              shortestSeconds: flags.shortest,
              longestSeconds: flags.longest,
            }),
          ),
        show,
      });
    });
}

function show(results: DisconnectResults): string {
  const rows = (['uncut', 'again', 'cut'] as const).map((name) => row(name, results[name]));
  return [
    `${String(results.streams)} streams, ${results.minutes.toFixed(1)} min of speech, ${String(results.cuts)} cuts, ` +
      `${seconds(results.secondsAway)} without a connection`,
    table(
      ['', 'WER', 'deleted', 'inserted', 'differs: missing', 'more', 'other', 'heard twice', 'lost'],
      rows,
    ),
  ].join('\n');
}

function row(name: string, { score, differs, overlapSeconds, lostSeconds }: Hearing): string[] {
  return [
    name,
    score === undefined ? '–' : percent(score.wer),
    String(score?.deletions ?? '–'),
    String(score?.insertions ?? '–'),
    String(differs?.deletions ?? '–'),
    String(differs?.insertions ?? '–'),
    String(differs?.substitutions ?? '–'),
    seconds(overlapSeconds),
    seconds(lostSeconds),
  ];
}
