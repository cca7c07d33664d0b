import type { Command } from 'commander';
import { measureLatency, type LatencyResults } from '../benchmarks/latency.js';
import { decodeClips } from '../clips/decode-clip.js';
import { delayTable } from '../report/delay-table.js';
import { percent } from '../report/table.js';
import { generatorLine } from '../report/use-lines.js';
import { addClipOptions, positiveNumber, speechClips, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addServerOptions, sessionOptions, withServer, type ServerFlags } from './run-options.js';

interface LatencyFlags extends ClipFlags, ServerFlags {
  readonly gap: number;
}

/** `latency`: how long one speaker has to wait. */
export function addLatencyCommand(program: Command): void {
  const command = program
    .command('latency')
    .description(
      'One stream in real time: how long after a word is spoken it is shown, and how long after the last one the text is final.',
    );
  addClipOptions(command, { limit: 30, maxClip: 60 });
  addServerOptions(command)
    .option('--gap <seconds>', 'room tone after each clip', positiveNumber, 2)
    .addHelpText('after', '\nExample:\n  npm run bench -- latency --kind read --limit 20')
    .action(async (flags: LatencyFlags) => {
      const clips = await decodeClips(speechClips(flags));
      await conduct({
        benchmark: 'latency',
        json: flags.json,
        measure: () =>
          withServer(flags, ({ url }) => measureLatency(clips, sessionOptions(url, flags), flags.gap)),
        show,
      });
    });
}

function show(results: LatencyResults): string {
  const { flicker, wordInPartial, wordAnywhere, unanswered, errors, generator } = results;
  const inPartial = (wordInPartial?.count ?? 0) / (wordAnywhere?.count ?? 1);
  const changed = flicker.changedByPartial + flicker.changedByFinal + flicker.withdrawn;
  return [
    delayTable([
      ['end of final → final', results.finalFromEnd],
      ['last voiced sample of final → final', results.finalFromVoice],
      ['  where a pause follows', results.finalAfterPause],
      ['last voiced sample of clip → last final', results.clipFromVoice],
      ['end of word → shown in partial', wordInPartial],
      ['end of word → shown at all', wordAnywhere],
    ]),
    `${percent(inPartial)} of the words were shown by a partial first`,
    `flicker: ${String(changed)} of ${String(flicker.shownWords)} words shown by partials did not stay ` +
      `(${String(flicker.changedByPartial)} changed by a partial, ${String(flicker.changedByFinal)} by the final, ` +
      `${String(flicker.withdrawn)} without a final)`,
    `${String(results.finals)} finals; clips without a final after their last word: ${unanswered.join(', ') || 'none'}`,
    `errors: ${errors.join(', ') || 'none'}`,
    generatorLine(generator),
  ].join('\n');
}
