import type { Command } from 'commander';
import { measureDialects, type DialectDelays } from '../benchmarks/dialect-latency.js';
import { decodeClips } from '../clips/decode-clip.js';
import { delayTable } from '../report/delay-table.js';
import { addClipOptions, positiveNumber, speechClips, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addServerOptions, withServer, type ServerFlags } from './run-options.js';

interface DialectFlags extends ClipFlags, ServerFlags {
  readonly gap: number;
}

/** `dialects`: whether clients of other services wait longer than those of `auscult.v1`. */
export function addDialectsCommand(program: Command): void {
  const command = program
    .command('dialects')
    .description(
      'The same audio in real time over auscult.v1, Deepgram and OpenAI Realtime: delays of each.',
    );
  addClipOptions(command, { limit: 10, maxClip: 30 });
  addServerOptions(command)
    .option('--gap <seconds>', 'room tone after each clip', positiveNumber, 2)
    .addHelpText('after', '\nExample:\n  npm run bench -- dialects --kind read --limit 5')
    .action(async (flags: DialectFlags) => {
      const clips = await decodeClips(speechClips(flags));
      await conduct({
        benchmark: 'dialects',
        json: flags.json,
        measure: () =>
          withServer(flags, async ({ url }) => ({
            model: flags.model ?? 'the default',
            results: await measureDialects(clips, {
              url,
              frameSeconds: flags.frameMs / 1000,
              gapSeconds: flags.gap,
            }),
          })),
        show,
      });
    });
}

function show(results: readonly DialectDelays[]): string {
  return delayTable(
    results.flatMap(({ dialect, partial, final }) => [
      [`${dialect}: start of utterance → first partial`, partial] as const,
      [`${dialect}: end of utterance → final`, final] as const,
    ]),
  );
}
