import { InvalidArgumentError, Option, type Command } from 'commander';
import { hearLive } from '../benchmarks/live-hearing.js';
import { startLibrary } from '../benchmarks/start-library.js';
import type { Clip } from '../clips/manifest.js';
import { costCells } from '../report/cost-cells.js';
import { percent, table } from '../report/table.js';
import { scoreBiasing, type BiasingScore, type RatedErrors } from '../score/biasing-score.js';
import { biasingLists } from '../terms/biasing-list.js';
import { keyTermsOf } from '../terms/key-term.js';
import { addClipOptions, listOf, speechClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';

interface RareWordsFlags extends ClipFlags, WorkerFlags {
  readonly distractors: readonly number[];
}

interface RareWordsResults {
  readonly utterances: number;
  readonly audioSeconds: number;
  readonly lists: readonly ListResults[];
}

/** The results with lists of one length. */
interface ListResults extends BiasingScore {
  /** Words in a list that are not spoken; absent if there is no list. */
  readonly distractors?: number | undefined;
  /** Processor time of the inference processes. Absent without `/proc/PID/task/TID/schedstat`. */
  readonly inferenceSeconds?: number | undefined;
}

/** `rare-words`: the test of rare words in LibriSpeech. */
export function addRareWordsCommand(program: Command): void {
  const command = program
    .command('rare-words')
    .description(
      'Errors of rare words (B-WER) and of all others (U-WER) in LibriSpeech, by the length of the list.',
    );
  addWorkerOptions(addClipOptions(command))
    .addOption(
      new Option('--distractors <counts>', 'words of the list that are not spoken, separated by commas')
        .argParser(countsOf)
        .default(DISTRACTORS, DISTRACTORS.join(',')),
    )
    .addHelpText('after', '\nExample:\n  npm run bench -- rare-words --distractors 100,1000 --limit 20')
    .action(runRareWords);
}

async function runRareWords(flags: RareWordsFlags): Promise<void> {
  const clips = speechClips({ ...flags, limit: undefined }).filter(({ biasing }) => biasing !== undefined);
  if (clips.length === 0)
    throw new Error(`No clip of ${flags.manifest} has a "biasing_list". Name another with --manifest.`);
  const wanted = clips.slice(0, flags.limit);
  const lists = [undefined, ...flags.distractors];
  await conduct<RareWordsResults>({
    benchmark: 'rare-words',
    json: flags.json,
    measure: async () => {
      const { recognizer } = await startLibrary({ ...flags, lexicon: 'none' });
      try {
        const onDone = showProgress(wanted.length * lists.length, 'utterances');
        const results: ListResults[] = [];
        // Distractors are drawn from the published lists of all utterances, even if only a few are
        // recognised.
        for (const distractors of lists) {
          const listOfClip = distractors === undefined ? () => [] : biasingLists(clips, distractors);
          const keyTerms = (clip: Clip) => keyTermsOf(listOfClip(clip));
          const { hypotheses, inferenceSeconds } = await hearLive(recognizer, wanted, keyTerms, onDone);
          results.push({ distractors, ...scoreBiasing(wanted, hypotheses), inferenceSeconds });
        }
        const audioSeconds = wanted.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
        return {
          model: recognizer.model.name,
          results: { utterances: wanted.length, audioSeconds, lists: results },
        };
      } finally {
        await recognizer.close();
      }
    },
    show,
  });
}

function show({ utterances, audioSeconds, lists }: RareWordsResults): string {
  const none = lists.find(({ distractors }) => distractors === undefined);
  return [
    table(
      ['list', 'WER', 'U-WER', 'B-WER', 'core-s/s', 'of none'],
      lists.map((result) => [
        result.distractors === undefined ? 'none' : `rare words and ${String(result.distractors)} others`,
        ...[result.all, result.common, result.rare].map(rate),
        ...costCells(result, none, audioSeconds),
      ]),
    ),
    `${String(utterances)} utterances with ${String(none?.rare.words ?? 0)} rare words of ${String(none?.all.words ?? 0)}`,
  ].join('\n');
}

function rate({ words, wer }: RatedErrors): string {
  return words === 0 ? '–' : percent(wer);
}

/** The numbers of the published test, and 0 for a list of spoken words only. */
const DISTRACTORS = [0, 100, 500, 1000, 2000] as const;

function countsOf(value: string): number[] {
  return listOf(value).map((part) => {
    const count = Number(part);
    if (part === '' || !Number.isInteger(count) || count < 0)
      throw new InvalidArgumentError(`"${part}" is not a whole number of at least 0.`);
    return count;
  });
}
