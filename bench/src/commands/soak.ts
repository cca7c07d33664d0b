import type { Command } from 'commander';
import { measureSoak, type SoakResults } from '../benchmarks/soak.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { delayTable } from '../report/delay-table.js';
import { counts, percent } from '../report/table.js';
import { generatorLine, serverLines } from '../report/use-lines.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addServerOptions, sessionOptions, withServer, type ServerFlags } from './run-options.js';

interface SoakFlags extends ClipFlags, ServerFlags {
  readonly streams: number;
  readonly minutes: number;
  readonly warmUp?: number;
}

/** `soak`: what grows and what is lost in a long run. */
export function addSoakCommand(program: Command): void {
  const command = program
    .command('soak')
    .description('A long run in real time: what grows, and what is lost.');
  addClipOptions(command, { maxClip: 60 });
  addServerOptions(command)
    .option('--streams <count>', 'streams at the same time', wholeNumber, 8)
    .option('--minutes <minutes>', 'length of the run', positiveNumber, 30)
    .option(
      '--warm-up <minutes>',
      'left out of the memory slope; the default is a fifth of the run, at most 5',
      positiveNumber,
    )
    .addHelpText('after', '\nExample:\n  npm run bench -- soak --minutes 30 --streams 8')
    .action(async (flags: SoakFlags) => {
      const clips = await decodeClips(speechClips(flags));
      const tracks = continuousTracks(clips, flags.streams, flags.minutes * 60);
      const warmUp = flags.warmUp ?? Math.min(5, flags.minutes / 5);
      await conduct({
        benchmark: 'soak',
        json: flags.json,
        measure: () =>
          withServer(flags, (target) =>
            measureSoak(target, tracks, sessionOptions(target.url, flags), warmUp),
          ),
        show,
      });
    });
}

function show(results: SoakResults): string {
  const { clipsWithoutFinal: missed, memorySlopeMegabytesPerHour: growth } = results;
  return [
    `${String(results.streams)} streams for ${results.minutes.toFixed(1)} min, ${String(results.finals)} finals`,
    delayTable([['last voiced sample of final → final', results.finalFromVoice]]),
    `memory: ${growth === undefined ? '–' : `${growth.toFixed(1)} MB an hour`} after ${results.warmUpMinutes.toFixed(1)} min of warm-up`,
    `finals lost: ${String(results.finalsLost)}; clips without a final: ${String(missed.length)} of ` +
      `${String(results.clipsPlayed)}${missed.length > 0 ? `, first ${missed[0] ?? ''}` : ''}; ` +
      `words heard: ${percent(results.wordsHeard / results.wordsSaid)} of those said`,
    `sessions: ${counts(results.outcomes)}; errors: ${counts(results.errors)}`,
    ...serverLines(results.server),
    generatorLine(results.generator),
  ].join('\n');
}
