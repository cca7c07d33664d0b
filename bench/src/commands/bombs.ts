import type { Command } from 'commander';
import { measureBombs, type BombResult } from '../benchmarks/bombs.js';
import { bombs } from '../bombs/bombs.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { table } from '../report/table.js';
import { addClipOptions, listOf, positiveNumber, speechClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addModelOptions, type ModelFlags } from './run-options.js';

interface BombFlags extends ClipFlags, ModelFlags {
  readonly containers?: readonly string[];
  readonly seconds: number;
  readonly serve?: readonly string[];
}

/** `bombs`: how much a speaker is disturbed by uploads that are made to harm the decoder. */
export function addBombsCommand(program: Command): void {
  const command = program
    .command('bombs')
    .description('Speak while sixteen uploads at a time would decode to hours or claim gigabytes.');
  addClipOptions(command, { maxClip: 8 });
  addModelOptions(command)
    .option('--containers <names>', 'only bombs in these containers, separated by commas', listOf)
    .option('--seconds <seconds>', 'speech during the bombs of each container', positiveNumber, 12)
    .option('--serve <flags>', 'more flags for the server, separated by commas', listOf)
    .addHelpText('after', '\nExample:\n  npm run bench -- bombs --containers FLAC,Ogg')
    .action(async (flags: BombFlags) => {
      const [track] = continuousTracks(await decodeClips(speechClips(flags)), 1, flags.seconds);
      if (track === undefined) throw new RangeError('There is nothing to say.');
      const chosen = bombs.filter(
        ({ container }) => flags.containers === undefined || flags.containers.includes(container),
      );
      const containers = new Set(chosen.map(({ container }) => container)).size;
      await conduct({
        benchmark: 'bombs',
        json: flags.json,
        measure: async () => ({
          model: flags.model ?? 'of the server',
          results: await measureBombs(
            track,
            chosen,
            [...(flags.model === undefined ? [] : ['--model', flags.model]), ...(flags.serve ?? [])],
            showProgress(containers, 'containers'),
          ),
        }),
        show,
      });
    });
}

function show(results: readonly BombResult[]): string {
  return table(
    [
      'container',
      'answers',
      'words',
      'lost',
      'worst final, s',
      'without',
      'loop, ms',
      'without',
      'memory, MB',
    ],
    results.map((result) => [
      result.container,
      Object.entries(result.answers)
        .map(([answer, count]) => `${answer} ${String(count)}`)
        .join(', '),
      String(result.words),
      String(result.lost),
      result.worstFinal.toFixed(2),
      result.worstFinalBefore.toFixed(2),
      result.loop.toFixed(0),
      result.loopBefore.toFixed(0),
      result.memory.toFixed(0),
    ]),
  );
}
