import { randomOf, type Random } from '../power-cuts/random.js';

/** What a fault does. */
export const FAULT_KINDS = [
  'kill',
  'pause',
  'cut',
  'stall',
  'slow',
  'full-disk',
  'slow-disk',
  'rolling-restart',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault: when it begins, what it does to what, and for how long. Seconds since the beginning of the run. */
export interface Fault {
  readonly second: number;
  readonly kind: FaultKind;
  /** Name of a process, of a connection between two, or `servers` for a rolling restart. */
  readonly target: string;
  /** Until it is mended: a killed process is started again then. */
  readonly seconds: number;
}

/** What there is to break, by the kinds of faults that can be done to it. */
export type Targets = Readonly<Record<Exclude<FaultKind, 'rolling-restart'>, readonly string[]>>;

export interface FaultPlanOptions {
  readonly seed: number;
  /** How long faults begin, seconds. */
  readonly seconds: number;
  readonly targets: Targets;
}

/** Faults begin after this, so that everybody has a session. */
const FIRST_SECOND = 6;
/** Between the beginnings of two faults. */
const GAP_SECONDS = [4, 12] as const;
/** How often each kind is drawn, compared with others, and how long it lasts. */
const KINDS: Readonly<Record<FaultKind, { readonly weight: number; readonly seconds: Stretch }>> = {
  kill: { weight: 4, seconds: [0, 12] },
  pause: { weight: 3, seconds: [1, 20] },
  cut: { weight: 3, seconds: [1, 15] },
  stall: { weight: 2, seconds: [1, 20] },
  slow: { weight: 2, seconds: [5, 20] },
  'full-disk': { weight: 1, seconds: [3, 15] },
  'slow-disk': { weight: 1, seconds: [5, 20] },
  'rolling-restart': { weight: 1, seconds: [0, 0] },
};
type Stretch = readonly [least: number, most: number];
/** What a process needs to be of use again after a fault, roughly. Until then, it is spared. */
const RECOVERY_SECONDS = 6;
/** What a rolling restart takes, roughly. Until then, there is no other. */
const ROLLING_SECONDS = 30;

/** Draws the faults of a run. They follow from the options alone. */
export function planFaults({ seed, seconds, targets }: FaultPlanOptions): readonly Fault[] {
  const random = randomOf(seed);
  const spared = new Map<string, number>();
  const faults: Fault[] = [];
  for (let at = FIRST_SECOND; at < seconds; at += between(random, GAP_SECONDS)) {
    const fault = drawFault(random, round(at), targets);
    if (fault === undefined || (spared.get(fault.target) ?? 0) > fault.second) continue;
    const length = fault.kind === 'rolling-restart' ? ROLLING_SECONDS : fault.seconds + RECOVERY_SECONDS;
    spared.set(fault.target, fault.second + length);
    faults.push(fault);
  }
  return faults;
}

function drawFault(random: Random, second: number, targets: Targets): Fault | undefined {
  const kind = drawKind(random);
  const among = kind === 'rolling-restart' ? ['servers'] : targets[kind];
  // Drawn in any case, so that what is missing on a machine changes no other fault.
  const place = random();
  const seconds = round(between(random, KINDS[kind].seconds));
  const target = among[Math.floor(place * among.length)];
  return target === undefined ? undefined : { second, kind, target, seconds };
}

function drawKind(random: Random): FaultKind {
  const all = FAULT_KINDS.reduce((sum, kind) => sum + KINDS[kind].weight, 0);
  let left = random() * all;
  for (const kind of FAULT_KINDS) {
    left -= KINDS[kind].weight;
    if (left < 0) return kind;
  }
  return 'kill';
}

function between(random: Random, [least, most]: Stretch): number {
  return least + random() * (most - least);
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
