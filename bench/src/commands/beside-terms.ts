import type { Command } from 'commander';
import { hearUnderConditions, type TermCondition } from '../benchmarks/term-conditions.js';
import { costCells } from '../report/cost-cells.js';
import { percent, table } from '../report/table.js';
import { scoreClips, type Scorecard } from '../score/scorecard.js';
import { lostBesideTerms, type LostBesideTerms } from '../score/words-beside-terms.js';
import { sessionTerms } from '../terms/session-terms.js';
import { readTermList } from '../terms/term-list.js';
import { addClipOptions, speechClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';
import { addTermOptions, type TermFlags } from './term-options.js';

type BesideTermsFlags = ClipFlags & WorkerFlags & TermFlags;

interface BesideTermsResults {
  readonly audioSeconds: number;
  readonly conditions: readonly ConditionResults[];
}

/** The results of one condition. */
interface ConditionResults {
  readonly condition: TermCondition;
  /** Clips whose text differs from that of a session that expects nothing. */
  readonly changed: number;
  readonly lost: readonly LostBesideTerms[];
  readonly score: Scorecard;
  readonly inferenceSeconds?: number | undefined;
}

/** `beside-terms`: numbers, units and negations that are lost because a term replaces its neighbours. */
export function addBesideTermsCommand(program: Command): void {
  const command = program
    .command('beside-terms')
    .description(
      'Numbers, units and negations that are heard without key terms and lost with them; there should be none.',
    );
  addTermOptions(addWorkerOptions(addClipOptions(command)), ['none', 'lexicon'])
    .addHelpText(
      'after',
      '\nMake clips for it with `make-dictation --doses 240`. `none` is what the others are compared with.' +
        '\n\nExample:\n  npm run bench -- beside-terms --manifest doses/manifest.jsonl',
    )
    .action(runBesideTerms);
}

async function runBesideTerms(flags: BesideTermsFlags): Promise<void> {
  const clips = speechClips(flags);
  const list = readTermList(flags.list);
  const conditions = [...new Set<TermCondition>(['none', ...flags.conditions])];
  await conduct<BesideTermsResults>({
    benchmark: 'beside-terms',
    json: flags.json,
    measure: async () => {
      const onDone = showProgress(clips.length * conditions.length, 'clips');
      const ofSession = sessionTerms(clips, list, flags.sessionTerms);
      const { model, hearings } = await hearUnderConditions(clips, conditions, ofSession, flags, onDone);
      const without = hearings.find(({ condition }) => condition === 'none')?.hypotheses ?? new Map();
      const results = {
        audioSeconds: clips.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0),
        conditions: hearings.map(({ condition, hypotheses, inferenceSeconds }) => ({
          condition,
          changed: clips.filter(({ id }) => hypotheses.get(id) !== without.get(id)).length,
          lost: lostBesideTerms(without, hypotheses),
          score: scoreClips(clips, hypotheses),
          inferenceSeconds,
        })),
      };
      return { model, results };
    },
    show,
  });
}

function show({ audioSeconds, conditions }: BesideTermsResults): string {
  const none = conditions.find(({ condition }) => condition === 'none');
  return [
    table(
      ['told to expect', 'changed', 'with words lost', 'recall', 'core-s/s', 'of none'],
      conditions.map((result) => [
        result.condition,
        String(result.changed),
        String(result.lost.length),
        percent(result.score.terms?.recall ?? Number.NaN),
        ...costCells(result, none, audioSeconds),
      ]),
    ),
    ...conditions.flatMap(({ condition, lost }) =>
      lost.map(
        ({ id, ...one }) => `${condition} ${id}: ${one.lost.join(' ')}\n  ${one.without}\n  ${one.withTerms}`,
      ),
    ),
  ].join('\n');
}
