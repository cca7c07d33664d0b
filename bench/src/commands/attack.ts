import type { Command } from 'commander';
import { attacks } from '../attacks/attacks.js';
import { measureAttacks, type AttackedDoctor, type AttackResults } from '../benchmarks/attack.js';
import { measureDestroyedAtOnce, type DestroyedAtOnce } from '../benchmarks/destroyed-at-once.js';
import { measureKills, type KillResults } from '../benchmarks/kills.js';
import { decodeClips } from '../clips/decode-clip.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import { counts, megabytes, milliseconds, seconds, table } from '../report/table.js';
import { addClipOptions, listOf, positiveNumber, speechClips, type ClipFlags } from './clip-options.js';
import { conduct, showProgress } from './conduct.js';
import { addWorkerOptions, type WorkerFlags } from './run-options.js';

interface AttackFlags extends ClipFlags, WorkerFlags {
  readonly only?: readonly string[];
  readonly seconds: number;
  readonly budget: boolean;
  readonly serve?: readonly string[];
}

/** Attacks on the whole server, which are not measured while a doctor speaks. */
const KILLED_SERVER = 'killed-server';
const DESTROYED_AT_ONCE = 'destroyed-at-once';
const names = [...Object.keys(attacks), KILLED_SERVER, DESTROYED_AT_ONCE];

/** What an attack may cost a doctor: see docs/security.md. */
const BUDGET = { p95Seconds: 1, memoryBytes: 300e6 } as const;

/** Results of one run; what `--only` left out is undefined. */
interface AllResults {
  readonly doctor: AttackResults;
  readonly killed: KillResults | undefined;
  readonly destroyed: DestroyedAtOnce | undefined;
  /** A sentence for each thing that was over the budget. */
  readonly over: readonly string[];
}

/** `attack`: what an attacker costs a doctor who speaks. */
export function addAttackCommand(program: Command): void {
  const command = program
    .command('attack')
    .description('A doctor speaks in real time during one attack after another.');
  addClipOptions(command, { maxClip: 60 });
  addWorkerOptions(command)
    .option(
      '--only <attacks>',
      `attacks whose names hold one of these, separated by commas: ${names.join(', ')}`,
      listOf,
    )
    .option('--seconds <seconds>', 'speech beside each attack, at least', positiveNumber, 25)
    .option('--no-budget', 'end with status 0 whatever the results')
    .option('--serve <flags>', 'more flags for the server, separated by commas', listOf)
    .addHelpText('after', '\nExample:\n  npm run bench -- attack --only login,bomb --seconds 30')
    .action(async (flags: AttackFlags) => {
      const chosen = names.filter((name) => flags.only?.some((part) => name.includes(part)) ?? true);
      if (chosen.length === 0) throw new Error(`No attack is named so. There are: ${names.join(', ')}.`);
      const results = await conduct({
        benchmark: 'attack',
        json: flags.json,
        measure: async () => ({
          model: flags.model ?? 'of the server',
          results: await measure(chosen, flags),
        }),
        show,
      });
      if (flags.budget && results.over.length > 0) process.exitCode = 1;
    });
}

async function measure(chosen: readonly string[], flags: AttackFlags): Promise<AllResults> {
  const clips = await decodeClips(speechClips(flags));
  const [track] = continuousTracks(clips, 1, flags.seconds);
  const [short] = continuousTracks(clips, 1, Math.min(8, flags.seconds));
  if (track === undefined || short === undefined) throw new RangeError('There are no clips to play.');
  const serve = [
    ...(flags.model === undefined ? [] : ['--model', flags.model]),
    ...(flags.workers === undefined ? [] : ['--workers', String(flags.workers)]),
    ...(flags.serve ?? []),
  ];
  const beside = chosen.filter((name) => Object.hasOwn(attacks, name));
  const doctor = await measureAttacks(
    // With a smaller context under load, other words may be heard, which would count as lost.
    { attacks: beside, track, serve: ['--shrink-context-under-load', 'false', ...serve] },
    showProgress(beside.length, 'attacks'),
  );
  const killed = chosen.includes(KILLED_SERVER)
    ? await measureKills(
        continuousTracks(clips, 2, flags.seconds),
        { finals: 12, kills: 3, speed: 4, database: undefined, serve },
        () => undefined,
      )
    : undefined;
  const destroyed = chosen.includes(DESTROYED_AT_ONCE)
    ? await measureDestroyedAtOnce(short, serve)
    : undefined;
  return { doctor, killed, destroyed, over: overBudget(doctor, killed, destroyed) };
}

function overBudget(
  { baseline, attacked }: AttackResults,
  killed: KillResults | undefined,
  destroyed: DestroyedAtOnce | undefined,
): readonly string[] {
  const usual = baseline.finals?.p95 ?? 0;
  return [
    ...attacked.flatMap((doctor) => overBy(doctor, usual).map((what) => `${doctor.attack}: ${what}`)),
    ...(killed !== undefined && killed.missing + killed.different > 0
      ? [`${KILLED_SERVER}: finals that a client saw are not in the record`]
      : []),
    ...(killed !== undefined && killed.auditProblems > 0
      ? [`${KILLED_SERVER}: the audit log is not whole`]
      : []),
    ...(destroyed !== undefined && destroyed.readable + destroyed.keysLeft > 0
      ? [`${DESTROYED_AT_ONCE}: destroyed records can be read`]
      : []),
  ];
}

function overBy(doctor: AttackedDoctor, usualP95: number): readonly string[] {
  const { lost, finals, memoryGrowthBytes = 0, isAlive } = doctor;
  return [
    ...(isAlive ? [] : ['the server has ended']),
    ...(lost > 0 ? [`${String(lost)} words lost`] : []),
    ...(finals !== undefined && finals.p95 - usualP95 > BUDGET.p95Seconds
      ? [`finals ${seconds(finals.p95 - usualP95)} later (p95)`]
      : []),
    ...(memoryGrowthBytes > BUDGET.memoryBytes ? [`${megabytes(memoryGrowthBytes)} more memory`] : []),
  ];
}

function show({ doctor, killed, destroyed, over }: AllResults): string {
  const { baseline, attacked, words } = doctor;
  const usual = baseline.finals?.p95;
  const later = ({ finals }: AttackedDoctor): string =>
    finals === undefined || usual === undefined ? '–' : `${(finals.p95 - usual).toFixed(2)} s`;
  return [
    `${String(words)} words heard without an attack`,
    table(
      [
        'beside',
        'lost',
        'changed',
        'added',
        'final p95',
        'later',
        'worst',
        'slowest answer',
        'memory',
        'server',
        'the attacker counts',
      ],
      [baseline, ...attacked].map((line) => [
        line.attack,
        String(line.lost),
        String(line.changed),
        String(line.added),
        seconds(line.finals?.p95),
        later(line),
        seconds(line.finals?.max),
        milliseconds(line.slowestAnswerSeconds),
        line.memoryGrowthBytes === undefined ? '–' : megabytes(line.memoryGrowthBytes),
        line.isAlive ? 'alive' : 'ended',
        line.account === undefined ? '–' : counts(line.account),
      ]),
    ),
    ...(killed === undefined
      ? []
      : [
          `${KILLED_SERVER}: ${String(killed.kills)} times, ${String(killed.seen)} finals seen, ${String(killed.missing)} missing, ` +
            `${String(killed.different)} with other text; audit: ${String(killed.auditEntries)} entries, ${String(killed.auditProblems)} problems`,
        ]),
    ...(destroyed === undefined
      ? []
      : [
          `${DESTROYED_AT_ONCE}: ${String(destroyed.records)} records, ${String(destroyed.answered)} answered as destroyed, ` +
            `${String(destroyed.keysLeft)} keys left in the copy, ${String(destroyed.readable)} readable after a restore`,
        ]),
    over.length === 0
      ? 'Within the budget.'
      : `Over the budget:\n${over.map((what) => `  ${what}`).join('\n')}`,
  ].join('\n\n');
}
