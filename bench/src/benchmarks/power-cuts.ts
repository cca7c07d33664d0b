import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Track } from '../load/track.js';
import { checkDisk, FAULTS, type Fault } from '../power-cuts/check-disk.js';
import { createDisk, CUT_MODES, type CutMode } from '../power-cuts/disk.js';
import { createHistory, WORKS, type Work } from '../power-cuts/history.js';
import { randomOf, type Random } from '../power-cuts/random.js';
import { inodeNumber, startRecorder, type DiskStep } from '../power-cuts/recorder.js';
import { runWorkload, type Place } from '../power-cuts/workload.js';

/** How often power fails, and during what. */
export interface PowerCutPlan {
  readonly cuts: number;
  /** How often the server is started while its writes are recorded. */
  readonly starts: number;
  /** How many times faster than real time audio is sent. */
  readonly speed: number;
  /** Determines where the cuts fall and what the disk keeps. */
  readonly seed: number;
}

type Phase = Work | 'finals';

/** What became of the cuts that fell into one kind of work. */
interface PhaseResults {
  readonly cuts: number;
  /** Cuts after which something was wrong, by fault. */
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
}

export interface PowerCutResults {
  readonly cuts: number;
  readonly seed: number;
  readonly wallSeconds: number;
  /** Writes, syncs and name changes that were recorded. */
  readonly steps: number;
  /** Everything that was seen by the end. */
  readonly seen: Readonly<Record<'finals' | 'deletions' | 'corrections' | 'backups' | 'rotations', number>>;
  readonly phases: Readonly<Partial<Record<Phase, PhaseResults>>>;
  /** Cuts, by what the disk kept of unsynced writes. */
  readonly modes: Readonly<Partial<Record<CutMode, number>>>;
  /** What was wrong, in words, and how often. */
  readonly reasons: Readonly<Record<string, number>>;
}

/**
 * Records a server's writes, and checks what a disk may hold when power fails during them: all that was
 * synced, and any part of the rest.
 */
export async function measurePowerCuts(
  tracks: readonly Track[],
  plan: PowerCutPlan,
  onCut: () => void,
): Promise<PowerCutResults> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'auscult-power-'));
  const root = join(folder, 'disk');
  mkdirSync(root);
  const place = {
    dataDirectory: join(root, 'data'),
    backups: root,
    spoolDirectory: join(root, 'spool'),
  };
  try {
    const inode = inodeNumber(root);
    const recorder = startRecorder(folder, root);
    await runWorkload(place, { tracks, starts: plan.starts, speed: plan.speed }, recorder);
    const steps = recorder.steps();
    const outcome = await cutThrough(steps, { path: root, inode }, place, plan, onCut);
    return {
      cuts: plan.cuts,
      seed: plan.seed,
      wallSeconds: (performance.now() - startedAt) / 1000,
      steps: steps.filter(({ kind }) => kind !== 'mark').length,
      seen: seenIn(steps),
      ...outcome,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Outcome = Pick<PowerCutResults, 'phases' | 'modes' | 'reasons'>;

async function cutThrough(
  steps: readonly DiskStep[],
  root: { readonly path: string; readonly inode: number },
  place: Place,
  { cuts, seed }: PowerCutPlan,
  onCut: () => void,
): Promise<Outcome> {
  const random = randomOf(seed);
  const chosen = chooseCuts(phasesOf(steps), cuts, random);
  const disk = createDisk(root);
  const history = createHistory();
  const phases: Partial<Record<Phase, { cuts: number; faults: Partial<Record<Fault, number>> }>> = {};
  const modes: Partial<Record<CutMode, number>> = {};
  const reasons: Record<string, number> = {};
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'mark') history.add(step.mark);
    disk.apply(step);
    for (let left = chosen.get(index) ?? 0; left > 0; left--) {
      const mode = oneOf(CUT_MODES, random);
      rmSync(root.path, { recursive: true, force: true });
      mkdirSync(root.path);
      const verdicts = await checkDisk(disk.afterCut(mode, random), place, history.expected());
      const phase = (phases[history.phase()] ??= { cuts: 0, faults: {} });
      phase.cuts += 1;
      modes[mode] = (modes[mode] ?? 0) + 1;
      for (const fault of FAULTS.filter((one) => verdicts.some((verdict) => verdict.fault === one)))
        phase.faults[fault] = (phase.faults[fault] ?? 0) + 1;
      for (const why of new Set(verdicts.map((verdict) => `${verdict.fault}: ${verdict.why}`)))
        reasons[why] = (reasons[why] ?? 0) + 1;
      onCut();
    }
  }
  return { phases, modes, reasons };
}

/** What was under way at each step. */
function phasesOf(steps: readonly DiskStep[]): readonly Phase[] {
  const history = createHistory();
  return steps.map((step) => {
    if (step.kind === 'mark') history.add(step.mark);
    return history.phase();
  });
}

/**
 * The same number of cuts in each kind of work, each after a random step. Returns how many follow each step.
 */
function chooseCuts(phases: readonly Phase[], cuts: number, random: Random): ReadonlyMap<number, number> {
  const byPhase = [...WORKS, 'finals' as const]
    .map((phase) => phases.flatMap((one, index) => (one === phase ? [index] : [])))
    .filter((indices) => indices.length > 0);
  const chosen = new Map<number, number>();
  for (let cut = 0; cut < cuts; cut++) {
    const index = oneOf(byPhase[cut % byPhase.length] ?? [], random);
    chosen.set(index, (chosen.get(index) ?? 0) + 1);
  }
  return chosen;
}

function oneOf<Value>(values: readonly Value[], random: Random): Value {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('there is nothing to choose from');
  return value;
}

function seenIn(steps: readonly DiskStep[]): PowerCutResults['seen'] {
  const marks = steps.flatMap((step) => (step.kind === 'mark' ? [step.mark] : []));
  const ends = (work: Work): number =>
    marks.filter((mark) => mark.saw === 'end' && mark.work === work).length;
  return {
    finals: marks.filter(({ saw }) => saw === 'final').length,
    deletions: ends('deletion'),
    corrections: ends('correction'),
    backups: ends('backup'),
    rotations: ends('rotation'),
  };
}
