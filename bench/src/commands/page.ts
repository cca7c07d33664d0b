import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { measurePage, type PageResults } from '../benchmarks/page.js';
import { decodeClips } from '../clips/decode-clip.js';
import { delayTable } from '../report/delay-table.js';
import { milliseconds, percent } from '../report/table.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';
import { addServerOptions, withServer, type ServerFlags } from './run-options.js';

interface PageFlags extends ClipFlags, ServerFlags {
  readonly gap: number;
  readonly loads: number;
  readonly chromium: string;
}

/** `page`: how fast the page loads, and how soon it shows a word spoken into the microphone. */
export function addPageCommand(program: Command): void {
  const command = program
    .command('page')
    .description(
      'The page in Chromium: what it loads, and how soon it, and a field for dictation, show words spoken into the microphone.',
    );
  addClipOptions(command, { limit: 8, maxClip: 30 });
  addServerOptions(command)
    .option('--gap <seconds>', 'room tone after each clip', positiveNumber, 1)
    .option('--loads <times>', 'how often the page is loaded on a cold cache', wholeNumber, 5)
    .option(
      '--chromium <path>',
      'the browser; the default is CHROMIUM_PATH',
      process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    )
    .addHelpText('after', '\nExample:\n  npm run bench -- page --kind read --limit 4')
    .action(async (flags: PageFlags) => {
      if (!existsSync(flags.chromium))
        throw new Error(`There is no Chromium at ${flags.chromium}. Install it, or name it with --chromium.`);
      const clips = await decodeClips(speechClips(flags));
      await conduct({
        benchmark: 'page',
        json: flags.json,
        measure: () =>
          withServer(flags, ({ httpUrl }) =>
            measurePage(clips, httpUrl, {
              chromium: flags.chromium,
              loads: flags.loads,
              gapSeconds: flags.gap,
            }),
          ),
        show,
      });
    });
}

function show(results: PageResults): string {
  const { loadBytes, requests, longTasks, longTasksBefore, words, wordInPartial } = results;
  return [
    delayTable([
      ['navigation → first paint with content', results.firstPaint],
      ['navigation → usable', results.usable],
      ['end of word at the microphone → shown in partial', wordInPartial],
      ['end of word at the microphone → shown at all', results.wordAnywhere],
      ['end of word at the microphone → shown over a field', results.wordOverField],
      ['end of word at the microphone → in the field', results.wordInField],
    ]),
    `transferred on a cold cache: ${(loadBytes / 1000).toFixed(1)} kB in ${String(requests)} requests`,
    `${percent((wordInPartial?.count ?? 0) / Math.max(1, words))} of ${String(words)} words were shown by a partial first`,
    `tasks of the main thread over 50 ms while speaking: ${String(longTasks.count)}, ` +
      `the longest ${milliseconds(longTasks.longest)}; before, at load and start: ${String(longTasksBefore.count)}, ` +
      `the longest ${milliseconds(longTasksBefore.longest)}`,
  ].join('\n');
}
