import type { Command } from 'commander';
import { hearUnderConditions, type ConditionHearing } from '../benchmarks/term-conditions.js';
import { groupByKind, type Clip } from '../clips/manifest.js';
import { costCells } from '../report/cost-cells.js';
import { percent, table } from '../report/table.js';
import type { Hypotheses } from '../score/hypotheses.js';
import { scoreHeardTerms, type HeardTerms } from '../score/heard-terms.js';
import { scoreClips, type KindScore } from '../score/scorecard.js';
import { readTermList } from '../terms/term-list.js';
import { addClipOptions, speechClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';
import { addTermOptions, type TermFlags } from './term-options.js';

type InventedTermsFlags = ClipFlags & WorkerFlags & TermFlags;

interface InventedTermsResults {
  /** Number of terms that were looked for. */
  readonly terms: number;
  readonly audioSeconds: number;
  readonly conditions: readonly ConditionResults[];
}

/** The results of one condition. */
interface ConditionResults extends Pick<ConditionHearing, 'condition' | 'keyTerms' | 'inferenceSeconds'> {
  readonly kinds: Readonly<Record<string, KindResults>>;
}

/** The results of the clips of one kind. */
interface KindResults {
  readonly hours: number;
  readonly score: KindScore | undefined;
  readonly heardTerms: HeardTerms;
  readonly inventedPerHour: number;
}

/** `invented-terms`: medical terms that are recognised although nobody said them. */
export function addInventedTermsCommand(program: Command): void {
  const command = program
    .command('invented-terms')
    .description(
      'Medical terms that are recognised although nobody said them, per hour, and their cost in errors.',
    );
  addTermOptions(addWorkerOptions(addClipOptions(command)), ['none', 'session', 'lexicon'])
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench -- invented-terms --kind medical,read' +
        '\n  npm run bench -- invented-terms --kind read --conditions none,session --limit 20',
    )
    .action(runInventedTerms);
}

async function runInventedTerms(flags: InventedTermsFlags): Promise<void> {
  const clips = speechClips({ ...flags, kind: flags.kind ?? ['medical', 'read'] });
  const list = readTermList(flags.list);
  await conduct<InventedTermsResults>({
    benchmark: 'invented-terms',
    json: flags.json,
    measure: async () => {
      const onDone = showProgress(clips.length * flags.conditions.length, 'clips');
      const ofSession = list.slice(0, flags.sessionTerms);
      const { model, hearings } = await hearUnderConditions(
        clips,
        flags.conditions,
        ofSession,
        flags,
        onDone,
      );
      const results = {
        terms: list.length,
        audioSeconds: secondsOf(clips),
        conditions: hearings.map(({ condition, keyTerms, inferenceSeconds, hypotheses }) => ({
          condition,
          keyTerms,
          inferenceSeconds,
          kinds: resultsByKind(clips, hypotheses, list),
        })),
      };
      return { model, results };
    },
    show,
  });
}

function resultsByKind(
  clips: readonly Clip[],
  hypotheses: Hypotheses,
  list: readonly string[],
): Record<string, KindResults> {
  const { kinds } = scoreClips(clips, hypotheses);
  return Object.fromEntries(
    Array.from(groupByKind(clips), ([kind, ofKind]) => {
      const hours = secondsOf(ofKind) / 3600;
      const heardTerms = scoreHeardTerms(ofKind, hypotheses, list);
      const inventedPerHour = heardTerms.inventedTimes / hours;
      return [kind, { hours, score: kinds[kind], heardTerms, inventedPerHour }];
    }),
  );
}

function secondsOf(clips: readonly Clip[]): number {
  return clips.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
}

function show({ terms, audioSeconds, conditions }: InventedTermsResults): string {
  const none = conditions.find(({ condition }) => condition === 'none');
  const rows = conditions.flatMap(({ condition, kinds }) =>
    Object.entries(kinds).map(([kind, { hours, score, heardTerms, inventedPerHour }]) => [
      `${kind}, ${condition}`,
      (hours * 60).toFixed(1),
      String(heardTerms.heard),
      String(heardTerms.inventedTimes),
      inventedPerHour.toFixed(1),
      more(inventedPerHour, none?.kinds[kind]?.inventedPerHour),
      percent(score?.wer ?? Number.NaN),
      points(score?.wer, none?.kinds[kind]?.score?.wer),
    ]),
  );
  return [
    table(['told to expect', 'min', 'terms heard', 'invented', 'an hour', 'of none', 'WER', 'of none'], rows),
    `looked for ${String(terms)} terms; processor time:`,
    ...conditions.map((result) => {
      const [perSecond, ofNone] = costCells(result, none, audioSeconds);
      return `  ${result.condition}: ${perSecond} core-s/s, ${ofNone} that of none`;
    }),
  ].join('\n');
}

/** `2.5` compared with `0.5` → `+2.0`. */
function more(value: number, before: number | undefined): string {
  return before === undefined ? '–' : signed(value - before, 1);
}

/** Rate `0.112` compared with `0.11` → `+0.20 points`. */
function points(rate: number | undefined, before: number | undefined): string {
  return rate === undefined || before === undefined ? '–' : `${signed((rate - before) * 100, 2)} points`;
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}
