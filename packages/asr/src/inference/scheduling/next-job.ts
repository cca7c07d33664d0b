import { crowdsIn, type Crowds } from './crowds.js';
import { waitingJobs, type Schedule } from './schedule.js';
import {
  isAhead,
  isBackground,
  isEarly,
  isFinal,
  isLate,
  isOfSameShare,
  isPartial,
  type ScheduledJob,
} from './scheduled-job.js';
import type { WorkerSlot } from './worker-slot.js';

/**
 * The most jobs of each priority that one process has at a time. A final that comes next waits until the partials at work
 * are encoded, so there is only one. Background jobs are decoded together, which saves time, but leave rows for finals.
 */
const AHEAD = { finals: 4, partials: 1, background: 4 } as const;

/**
 * Finals that a process takes beyond `AHEAD.finals` while one share has several there. They belong to shares that have
 * none there, and so do not wait for one of the several to end.
 */
const ROOM_FOR_OTHERS = 2;

/**
 * The final that a process without finals does next. It leaves a final to another process if that one keeps the state of
 * its stream and is free too.
 */
export function ownFinalFor(slot: WorkerSlot, schedule: Schedule): ScheduledJob | undefined {
  const { work, affinity } = schedule;
  if (work.finalsAt(slot).length > 0) return undefined;
  const waiting = waitingJobs(schedule);
  const finals = waiting.filter(isFinal);
  const own = finals.filter(({ request }) => {
    const home = affinity.likelyOf(request.stream);
    return home === undefined || home === slot || !home.ready || work.finalsAt(home).length > 0;
  });
  const next = first(own, schedule);
  if (!next) return undefined;
  const crowdedOut = crowdedOutBy(next, partialsFor(slot, waiting, schedule), crowdsIn(schedule));
  return crowdedOut.length === 0 ? next : undefined;
}

/**
 * What a process does next: finals first (but not those of a crowd while it keeps partials of others waiting), then
 * partials, then early finals, then partials of words that would not have been spoken yet, and last background jobs.
 */
export function nextFor(slot: WorkerSlot, schedule: Schedule): ScheduledJob | undefined {
  const { work, resting } = schedule;
  const waiting = waitingJobs(schedule);
  const there = [...work.at(slot)];
  const early = there.filter(({ isEarlyAtWork }) => isEarlyAtWork).length;
  const background = there.filter(isBackground).length;
  const takesPartial = there.length - early - background < AHEAD.partials;
  const partials = partialsFor(slot, waiting, schedule);
  const crowds = crowdsIn(schedule);
  const final = finalFor(slot, waiting.filter(isFinal), crowds, schedule);
  if (final) {
    const crowdedOut = crowdedOutBy(final, partials, crowds);
    if (crowdedOut.length === 0) return final;
    return takesPartial ? longestUnheard(crowdedOut, schedule) : undefined;
  }
  if (!takesPartial) return undefined;
  const allowed = resting.has(slot) ? partials.filter(crowds.areBeside) : partials;
  const live = allowed.filter((job) => !isAhead(job));
  const next = longestUnheard(live, schedule) ?? earlyFor(early, waiting.filter(isEarly), schedule);
  if (next || early > 0) return next;
  return longestUnheard(allowed, schedule) ?? backgroundFor(slot, background, waiting, schedule);
}

/**
 * The partials that go before a final, as its share is a crowd to theirs: it may leave no gap between its finals, and without
 * partials the next final of another would have to wait until all of its audio is encoded.
 */
function crowdedOutBy(
  final: ScheduledJob,
  partials: readonly ScheduledJob[],
  crowds: Crowds,
): readonly ScheduledJob[] {
  return partials.filter((job) => !isAhead(job) && crowds.isBeside(job, final));
}

function partialsFor(
  slot: WorkerSlot,
  waiting: readonly ScheduledJob[],
  { affinity }: Schedule,
): readonly ScheduledJob[] {
  return waiting.filter((job) => isPartial(job) && affinity.isPreferred(job.request.stream, slot));
}

function finalFor(
  slot: WorkerSlot,
  finals: readonly ScheduledJob[],
  crowds: Crowds,
  schedule: Schedule,
): ScheduledJob | undefined {
  const there = schedule.work.finalsAt(slot);
  const next = first(
    finals.filter((job) => !crowdsOut(job, there, crowds)),
    schedule,
  );
  if (!next || there.length === 0) return next;
  const ofShare = (job: ScheduledJob) => there.filter((other) => isOfSameShare(job, other)).length;
  // A share that brings one final need not wait for all the finals that another brought at once.
  if (ofShare(next) === 0 && there.some((job) => ofShare(job) > 1))
    return there.length < AHEAD.finals + ROOM_FOR_OTHERS ? next : undefined;
  // Decoding finals together saves time overall but delays the first of them: done once finals are late anyway, or would be.
  const isFlooded = finals.length > FLOOD.waiting * schedule.slots.length;
  const most = isFlooded ? FLOOD.together : AHEAD.finals;
  return (isFlooded || there.length > 1 || finals.some(isLate)) && there.length < most ? next : undefined;
}

/**
 * Once more finals wait than this for each process, as when a whole department stops at once, so many are decoded together
 * (bench `streams`, with `--stop-together`).
 */
const FLOOD = { waiting: 8, together: 6 } as const;

/**
 * Whether a final would keep those of others waiting at a process. Shares that meet there have one final each, and a crowd
 * has none beside them: otherwise a share with a single final would wait for all that others bring.
 */
function crowdsOut(job: ScheduledJob, there: readonly ScheduledJob[], crowds: Crowds): boolean {
  const others = there.filter((other) => !isOfSameShare(job, other));
  if (others.some((other) => crowds.isBeside(other, job))) return true;
  return others.length > 0 && others.length < there.length;
}

function earlyFor(
  there: number,
  early: readonly ScheduledJob[],
  schedule: Schedule,
): ScheduledJob | undefined {
  return there === 0 || (there < AHEAD.finals && early.some(isLate)) ? first(early, schedule) : undefined;
}

function backgroundFor(
  slot: WorkerSlot,
  there: number,
  waiting: readonly ScheduledJob[],
  schedule: Schedule,
): ScheduledJob | undefined {
  if (there >= AHEAD.background) return undefined;
  // Jobs that continue each other's encoding go to the process that keeps it, one at a time; others go where there is room.
  const isFor = ({ request: { keepState, stream } }: ScheduledJob) =>
    !keepState || (there === 0 && schedule.affinity.isPreferred(stream, slot));
  return first(
    waiting.filter((job) => isBackground(job) && isFor(job)),
    schedule,
  );
}

/** The job whose share has used the least; of several of that share, the oldest. */
function first(candidates: readonly ScheduledJob[], { shares }: Schedule): ScheduledJob | undefined {
  return best(candidates, (one, other) => shares.compare(one, other) || one.dueAt - other.dueAt);
}

/**
 * The partial whose share has used the least; of several of that share, the one with the most audio that no hypothesis
 * covers, as it saves its final the most work.
 */
function longestUnheard(partials: readonly ScheduledJob[], { shares }: Schedule): ScheduledJob | undefined {
  return best(
    partials,
    (one, other) => shares.compare(one, other) || other.request.unheardSeconds - one.request.unheardSeconds,
  );
}

/** The candidate that `compare` puts before all others; of equal ones, the first. */
function best(
  candidates: readonly ScheduledJob[],
  compare: (one: ScheduledJob, other: ScheduledJob) => number,
): ScheduledJob | undefined {
  return candidates.reduce<ScheduledJob | undefined>(
    (chosen, job) => (chosen === undefined || compare(job, chosen) < 0 ? job : chosen),
    undefined,
  );
}
