import type { Command } from 'commander';
import { measurePowerCuts, type PowerCutResults } from '../benchmarks/power-cuts.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { FAULTS } from '../power-cuts/check-disk.js';
import { recorderMissing } from '../power-cuts/recorder.js';
import { counts, seconds, table } from '../report/table.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';

interface PowerCutFlags extends ClipFlags {
  readonly cuts: number;
  readonly starts: number;
  readonly sessions: number;
  readonly speed: number;
  readonly seed: number;
  readonly json?: string;
}

/** Least length of the speech in a session, seconds. */
const TRACK_SECONDS = 12;

/** `power-cuts`: whether power cuts lose anything that was seen before them. */
export function addPowerCutsCommand(program: Command): void {
  const command = program
    .command('power-cuts')
    .description(
      'Record what a server writes, and look for what a power cut in the middle would lose or bring back.',
    );
  addClipOptions(command, { maxClip: 6 })
    .option('--cuts <count>', 'how often power fails', wholeNumber, 1000)
    .option(
      '--starts <count>',
      'how often the server is started while its writes are recorded',
      wholeNumber,
      4,
    )
    .option('--sessions <count>', 'sessions at the same time', wholeNumber, 4)
    .option('--speed <times>', 'how many times faster than real time audio is sent', positiveNumber, 8)
    .option('--seed <number>', 'determines where the cuts fall and what the disk keeps', wholeNumber, 1)
    .option('--json <file>', 'where the figures go; the default is bench/results/NAME-TIME.json')
    .addHelpText('after', '\nExample:\n  npm run bench -- power-cuts --cuts 1000')
    .action(async (flags: PowerCutFlags) => {
      const missing = recorderMissing();
      if (missing !== undefined) {
        console.log(missing);
        return;
      }
      const clips = await decodeClips(speechClips(flags));
      const tracks = continuousTracks(clips, flags.sessions, TRACK_SECONDS);
      const { cuts, starts, speed, seed } = flags;
      const results = await conduct({
        benchmark: 'power-cuts',
        json: flags.json,
        measure: async () => ({
          model: 'of the server',
          results: await measurePowerCuts(tracks, { cuts, starts, speed, seed }, showProgress(cuts, 'cuts')),
        }),
        show,
      });
      if (Object.keys(results.reasons).length > 0) process.exitCode = 1;
    });
}

function show(results: PowerCutResults): string {
  const { cuts, seed, steps, seen, modes, phases, reasons, wallSeconds } = results;
  const rows = Object.entries(phases).map(([phase, { cuts: count, faults }]) => [
    phase,
    String(count),
    ...FAULTS.map((fault) => String(faults[fault] ?? 0)),
  ]);
  return [
    `${String(cuts)} cuts (seed ${String(seed)}) behind ${String(steps)} steps in ${seconds(wallSeconds)}; seen: ${counts(seen)}; ` +
      `what the disk kept of unsynced writes: ${counts(modes)}`,
    table(['in the middle of', 'cuts', ...FAULTS], rows),
    ...Object.entries(reasons).map(([why, count]) => `${String(count)} × ${why}`),
  ].join('\n\n');
}
