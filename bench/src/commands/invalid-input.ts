import type { Command } from 'commander';
import {
  measureInvalidInput,
  type HeardSpeech,
  type InvalidInputResults,
} from '../benchmarks/invalid-input.js';
import { decodeClips } from '../clips/decode-clip.js';
import { inputKinds } from '../invalid-input/input-kinds.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { counts, megabytes, milliseconds, seconds, table } from '../report/table.js';
import {
  addClipOptions,
  listOf,
  positiveNumber,
  speechClips,
  wholeNumber,
  type ClipFlags,
} from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, serverArguments, type WorkerFlags } from './run-options.js';

interface InvalidInputFlags extends ClipFlags, WorkerFlags {
  readonly inputs: number;
  readonly minutes: number;
  readonly seed: number;
  readonly seconds: number;
  readonly only?: readonly string[];
  readonly budget: boolean;
  readonly serve?: readonly string[];
}

/** What invalid input may cost. */
const BUDGET = {
  /** What a heap that is not growing differs by between two collections of garbage. */
  growthBytes: 32e6,
  eventLoopP99Seconds: 0.1,
} as const;

const names = Object.keys(inputKinds);

/** `invalid-input`: whether mutated messages, containers and requests harm the server, or anybody who speaks. */
export function addInvalidInputCommand(program: Command): void {
  const command = program
    .command('invalid-input')
    .description(
      'Somebody speaks in real time, again and again, while mutated messages, live containers, uploads and requests of all clients are sent; fails if a word is lost, an input is not answered, a process ends or memory grows.',
    );
  addClipOptions(command, { maxClip: 60 });
  addWorkerOptions(command)
    .option('--inputs <count>', 'inputs of all kinds together', wholeNumber, 100_000)
    .option('--minutes <minutes>', 'after as long, no more are sent', positiveNumber, 60)
    .option('--seed <number>', 'the same inputs are sent for the same seed', wholeNumber, 1)
    .option('--seconds <seconds>', 'speech in one session, at least', positiveNumber, 40)
    .option(
      '--only <kinds>',
      `kinds whose names hold one of these, separated by commas: ${names.join(', ')}`,
      listOf,
    )
    .option('--no-budget', 'end with status 0 whatever the results')
    .option('--serve <flags>', 'more flags for the server, separated by commas', listOf)
    .addHelpText('after', '\nExample:\n  npm run bench -- invalid-input --inputs 5000 --only webm,ogg')
    .action(async (flags: InvalidInputFlags) => {
      const kinds = names.filter((name) => flags.only?.some((part) => name.includes(part)) ?? true);
      if (kinds.length === 0) throw new Error(`No kind is named so. There are: ${names.join(', ')}.`);
      const results = await conduct({
        benchmark: 'invalid-input',
        json: flags.json,
        measure: async () => ({
          model: flags.model ?? 'of the server',
          results: await measure(kinds, flags),
        }),
        show,
      });
      if (flags.budget && overBudget(results).length > 0) process.exitCode = 1;
    });
}

async function measure(kinds: readonly string[], flags: InvalidInputFlags): Promise<InvalidInputResults> {
  const clips = await decodeClips(speechClips(flags));
  const [track] = continuousTracks(clips, 1, flags.seconds);
  if (track === undefined) throw new RangeError('There are no clips to play.');
  const { inputs, seed, minutes } = flags;
  // With a smaller context under load, other words may be heard, which would count as lost.
  const serve = ['--shrink-context-under-load', 'false', ...serverArguments({ ...flags, frameMs: 0 })];
  const advance = showProgress(inputs, 'inputs');
  let shown = 0;
  return measureInvalidInput({ kinds, inputs, mostSeconds: minutes * 60, seed, track, serve }, (sent) => {
    for (; shown < Math.min(sent, inputs); shown++) advance();
  });
}

/** A sentence for each thing that must not happen. */
function overBudget(results: InvalidInputResults): readonly string[] {
  const { kinds, beside, memory, hasSameProcesses, metrics, errorsLogged } = results;
  const growth = memory === undefined ? 0 : memory.afterSecondHalf - memory.afterFirstHalf;
  const { workerRestarts = 0, jobsLost = 0, eventLoopDelayP99 = 0 } = metrics;
  return [
    ...Object.entries(kinds).flatMap(([name, { failed }]) =>
      failed > 0 ? [`${name}: ${String(failed)} inputs without an answer`] : [],
    ),
    ...(beside.lost > 0 ? [`${String(beside.lost)} words lost`] : []),
    ...(beside.cut > 0 ? [`${String(beside.cut)} sessions cut short`] : []),
    ...(growth > BUDGET.growthBytes ? [`${megabytes(growth)} more memory after the second half`] : []),
    ...(hasSameProcesses && workerRestarts === 0 ? [] : ['processes ended']),
    ...(jobsLost > 0 ? [`${String(jobsLost)} jobs lost`] : []),
    ...(eventLoopDelayP99 > BUDGET.eventLoopP99Seconds
      ? [`event loop delayed by ${milliseconds(eventLoopDelayP99)} (p99)`]
      : []),
    ...(errorsLogged === '' ? [] : ['errors were logged']),
  ];
}

function show(results: InvalidInputResults): string {
  const { kinds, alone, beside, memory, metrics, errorsLogged } = results;
  const accounts = Object.values(kinds);
  const sent = accounts.reduce((sum, account) => sum + account.sent, 0);
  const over = overBudget(results);
  return [
    `${String(sent)} inputs of seed ${String(results.seed)} in ${(results.seconds / 60).toFixed(1)} min`,
    table(
      ['input', 'sent', 'not answered', 'sent again', 'answers'],
      Object.entries(kinds).map(([name, { sent: count, failed, busy, answers }]) => [
        name,
        String(count),
        String(failed),
        String(busy),
        counts(answers),
      ]),
    ),
    table(
      ['speech', 'sessions', 'words', 'lost', 'changed', 'added', 'cut short', 'final p95', 'worst'],
      [
        ['alone', ...speechCells(alone)],
        ['beside', ...speechCells(beside)],
      ],
    ),
    memory === undefined
      ? 'memory: unknown'
      : `memory at rest: ${megabytes(memory.before)} before, ${megabytes(memory.afterFirstHalf)} after the first half, ` +
        `${megabytes(memory.afterSecondHalf)} after the second; peak ${megabytes(memory.peak)}`,
    `processes: ${results.hasSameProcesses ? 'the same' : 'others'}; restarts: ${String(metrics.workerRestarts ?? '–')}; ` +
      `slowest answer: ${milliseconds(results.slowestAnswerSeconds)}; event loop delay p99: ${milliseconds(metrics.eventLoopDelayP99)}`,
    ...failuresIn(kinds),
    ...(errorsLogged === '' ? [] : [`Logged:\n${errorsLogged}`]),
    over.length === 0
      ? 'Within the budget.'
      : `Over the budget:\n${over.map((what) => `  ${what}`).join('\n')}`,
  ].join('\n\n');
}

function failuresIn(kinds: InvalidInputResults['kinds']): readonly string[] {
  return Object.entries(kinds).flatMap(([name, { failures }]) =>
    failures.length > 0 ? [`${name}, not answered:\n${failures.map((one) => `  ${one}`).join('\n')}`] : [],
  );
}

function speechCells({ sessions, words, lost, changed, added, cut, finals }: HeardSpeech): readonly string[] {
  return [
    ...[sessions, words, lost, changed, added, cut].map(String),
    seconds(finals?.p95),
    seconds(finals?.max),
  ];
}
