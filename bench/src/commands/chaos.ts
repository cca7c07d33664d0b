import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { measureChaos, summarize, type ChaosResults } from '../benchmarks/chaos.js';
import { readHistory } from '../chaos/history.js';
import { clusterMissing } from '../server/programs.js';
import { PROMISES } from '../chaos/promises.js';
import { decodeClips } from '../clips/decode-clip.js';
import { counts, table } from '../report/table.js';
import { addClipOptions, positiveNumber, speechClips, wholeNumber, type ClipFlags } from './clip-options.js';
import { conduct } from './conduct.js';

interface ChaosFlags extends ClipFlags {
  readonly minutes: number;
  readonly seed: number;
  readonly servers: number;
  readonly machines: number;
  readonly streams: number;
  readonly callers: number;
  readonly uploadSeconds: number;
  readonly replay?: string;
  readonly keep?: boolean;
  readonly json?: string;
}

const RESULTS = fileURLToPath(new URL('../../results', import.meta.url));
/** Of as many as are wrong. */
const SHOWN_REASONS = 20;

/** `chaos`: whether anything is lost, doubled or shown while everything breaks. */
export function addChaosCommand(program: Command): void {
  const command = program
    .command('chaos')
    .description(
      'Let people speak to a cluster while its parts break, and hold what they saw to the promises.',
    );
  addClipOptions(command, { maxClip: 20, kind: ['read'], limit: 24 })
    .option('--minutes <minutes>', 'how long things break', positiveNumber, 20)
    .option('--seed <number>', 'determines what breaks, and when', wholeNumber, 1)
    .option('--servers <count>', 'servers', wholeNumber, 3)
    .option('--machines <count>', 'machines that only infer', wholeNumber, 3)
    .option('--streams <count>', 'recordings with the SDK at the same time', wholeNumber, 5)
    .option('--callers <count>', 'clients of the original protocol at the same time', wholeNumber, 3)
    .option('--upload-seconds <seconds>', 'time between two uploads', positiveNumber, 10)
    .option('--replay <file>', 'check a history that was kept, and run nothing')
    .option('--keep', 'keep the history and the folder with logs, whatever is in them')
    .option('--json <file>', 'where the figures go; the default is bench/results/NAME-TIME.json')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- chaos --minutes 20 --seed 7\n  npm run bench -- chaos --replay bench/results/chaos-7.jsonl',
    )
    .action(async (flags: ChaosFlags) => {
      const missing = flags.replay === undefined ? clusterMissing() : undefined;
      if (missing !== undefined) {
        console.log(`chaos is skipped: ${missing}`);
        return;
      }
      const results = await conduct({
        benchmark: 'chaos',
        json: flags.json,
        measure: async () => ({
          model: 'moonshine-tiny',
          results: flags.replay === undefined ? await run(flags) : summarize(readHistory(flags.replay)),
        }),
        show,
      });
      if (results.why.length > 0) process.exitCode = 1;
    });
}

async function run(flags: ChaosFlags): Promise<ChaosResults> {
  const history = join(RESULTS, `chaos-${String(flags.seed)}-${String(Date.now())}.jsonl`);
  mkdirSync(dirname(history), { recursive: true });
  const clips = await decodeClips(speechClips(flags));
  const results = await measureChaos(
    clips,
    { ...flags, history, isFolderKept: flags.keep === true },
    () => undefined,
  );
  if (results.why.length === 0 && flags.keep !== true) {
    rmSync(history);
    return results;
  }
  return { ...results, notes: [...results.notes, `history: ${history}`] };
}

function show(results: ChaosResults): string {
  const { seed, minutes, recordings, resumes, calls, uploads, finals, broken, why, notes } = results;
  const ended = Object.keys(results.endedByThemselves).length;
  return [
    `${minutes.toFixed(1)} min, seed ${String(seed)}: ${counts(results.faults)}; left out: ${String(results.skipped)}`,
    `${String(recordings)} recordings with ${String(resumes)} resumes, ${String(calls)} calls, ${String(uploads)} uploads; ` +
      `${results.acknowledgedSeconds.toFixed(0)} s of audio acknowledged, ${String(finals)} finals in records, ` +
      `${String(results.auditEntries)} entries in the audit log`,
    ...(ended > 0 ? [`ended by themselves, and started again: ${counts(results.endedByThemselves)}`] : []),
    table(
      ['promise', 'broken'],
      PROMISES.map((promise) => [promise, String(broken[promise])]),
    ),
    ...why.slice(0, SHOWN_REASONS).map(({ promise, who, why: reason }) => `${promise}: ${who}: ${reason}`),
    ...(why.length > SHOWN_REASONS ? [`and ${String(why.length - SHOWN_REASONS)} more`] : []),
    ...notes,
  ].join('\n');
}
