import type { Command } from 'commander';
import { hearUnderConditions, type ConditionHearing } from '../benchmarks/term-conditions.js';
import { defaultManifest } from '../clips/manifest.js';
import { numberShare } from '../report/number-share.js';
import { costCells } from '../report/cost-cells.js';
import { percent, table } from '../report/table.js';
import { scoreHeardTerms, type HeardTerms } from '../score/heard-terms.js';
import { writtenFormScore, type NumberScore } from '../score/number-score.js';
import { scoreClips, type Scorecard } from '../score/scorecard.js';
import { sessionTerms } from '../terms/session-terms.js';
import { readTermList } from '../terms/term-list.js';
import { addClipOptions, speechClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';
import { addTermOptions, type TermFlags } from './term-options.js';

type TermsFlags = ClipFlags & WorkerFlags & TermFlags;

interface TermsResults {
  readonly audioSeconds: number;
  readonly conditions: readonly ConditionResults[];
}

/** The results of one condition. */
interface ConditionResults extends Pick<ConditionHearing, 'condition' | 'keyTerms' | 'inferenceSeconds'> {
  readonly score: Scorecard;
  /** Counts over the terms of the clips and the list. */
  readonly heardTerms: HeardTerms;
  readonly numbers: NumberScore;
}

/** `terms`: how many medical terms are recognised in dictation, depending on the terms that sessions expect. */
export function addTermsCommand(program: Command): void {
  const command = program
    .command('terms')
    .description('Recall and precision of medical terms in dictation, by what sessions are told to expect.');
  addTermOptions(addWorkerOptions(addClipOptions(command, { manifest: defaultManifest('dictation') })), [
    'none',
    'own',
    'session',
    'lexicon',
    'lexicon-by-sound',
    'session-lexicon',
  ])
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- terms\n  npm run bench -- terms --conditions none,session --limit 20',
    )
    .action(runTerms);
}

async function runTerms(flags: TermsFlags): Promise<void> {
  const clips = speechClips(flags).filter(({ terms }) => terms.length > 0);
  if (clips.length === 0)
    throw new Error(
      `No clip of ${flags.manifest} has "terms". Name a manifest of dictation with --manifest.`,
    );
  const list = readTermList(flags.list);
  const ofSession = sessionTerms(clips, list, flags.sessionTerms);
  const sought = [...clips.flatMap(({ terms }) => terms), ...list];
  await conduct<TermsResults>({
    benchmark: 'terms',
    json: flags.json,
    measure: async () => {
      const onDone = showProgress(clips.length * flags.conditions.length, 'clips');
      const { model, hearings } = await hearUnderConditions(
        clips,
        flags.conditions,
        ofSession,
        flags,
        onDone,
      );
      const results = {
        audioSeconds: clips.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0),
        conditions: hearings.map(({ condition, keyTerms, inferenceSeconds, hypotheses }) => ({
          condition,
          keyTerms,
          inferenceSeconds,
          score: scoreClips(clips, hypotheses),
          heardTerms: scoreHeardTerms(clips, hypotheses, sought),
          numbers: writtenFormScore(clips, hypotheses),
        })),
      };
      return { model, results };
    },
    show,
  });
}

function show({ audioSeconds, conditions }: TermsResults): string {
  const none = conditions.find(({ condition }) => condition === 'none');
  return table(
    [
      'told to expect',
      'key terms',
      'recall',
      'precision',
      'WER',
      'numbers with a unit',
      'alone',
      'core-s/s',
      'of none',
    ],
    conditions.map((result) => [
      result.condition,
      result.condition.startsWith('lexicon') ? 'lexicon' : String(result.keyTerms),
      percent(result.score.terms?.recall ?? Number.NaN),
      percent(result.heardTerms.precision ?? Number.NaN),
      percent(result.score.all?.wer ?? Number.NaN),
      numberShare(result.numbers.withUnit),
      numberShare(result.numbers.alone),
      ...costCells(result, none, audioSeconds),
    ]),
  );
}
