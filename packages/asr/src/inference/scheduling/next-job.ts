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
 * Jobs at one process at a time. A partial would make the next final wait for its encoding, so it comes alone. Those in
 * the background are decoded together, which saves time, and leave rows for finals.
 */
const AHEAD = { finals: 4, partials: 1, background: 4 } as const;

/** Finals beyond these for shares that have none at a process, where another has several: theirs need not wait for one. */
const ROOM_FOR_OTHERS = 2;

/** The final that a process without any does next, of those that are not better done by another that is free. */
export function ownFinalFor(slot: WorkerSlot, schedule: Schedule): ScheduledJob | undefined {
  const { work, homes } = schedule;
  if (work.finalsAt(slot).length > 0) return undefined;
  const finals = waitingJobs(schedule).filter(isFinal);
  const own = finals.filter(({ request }) => {
    const home = homes.likelyOf(request.stream);
    return home === undefined || home === slot || !home.ready || work.finalsAt(home).length > 0;
  });
  const next = first(own, schedule);
  return next && crowdedOutBy(next, slot, schedule).length === 0 ? next : undefined;
}

/** What a process does next: finals first, then partials, early finals, and what is in the background. */
export function nextFor(slot: WorkerSlot, schedule: Schedule): ScheduledJob | undefined {
  const { work, resting } = schedule;
  const waiting = waitingJobs(schedule);
  const there = [...work.at(slot)];
  const early = there.filter(({ isEarlyAtWork }) => isEarlyAtWork).length;
  const background = there.filter(isBackground).length;
  const takesPartial = there.length - early - background < AHEAD.partials;
  const final = finalFor(slot, waiting.filter(isFinal), schedule);
  if (final) {
    const crowdedOut = crowdedOutBy(final, slot, schedule);
    if (crowdedOut.length === 0) return final;
    return takesPartial ? longestUnheard(crowdedOut, schedule) : undefined;
  }
  if (!takesPartial) return undefined;
  const crowds = crowdsIn(schedule);
  const partials = partialsFor(slot, waiting, schedule).filter(
    (job) => !resting.has(slot) || crowds.areBeside(job),
  );
  const live = partials.filter((job) => !isAhead(job));
  const next = longestUnheard(live, schedule) ?? earlyFor(early, waiting.filter(isEarly), schedule);
  if (next || early > 0) return next;
  return longestUnheard(partials, schedule) ?? backgroundFor(slot, background, waiting, schedule);
}

/**
 * The partials that go before a final, as its share is a crowd to theirs: it may leave no gap between its finals, and without
 * partials the next final of another would have to wait until all of its audio is encoded.
 */
function crowdedOutBy(final: ScheduledJob, slot: WorkerSlot, schedule: Schedule): readonly ScheduledJob[] {
  const crowds = crowdsIn(schedule);
  return partialsFor(slot, waitingJobs(schedule), schedule).filter(
    (job) => !isAhead(job) && crowds.isBeside(job, final),
  );
}

function partialsFor(
  slot: WorkerSlot,
  waiting: readonly ScheduledJob[],
  { homes }: Schedule,
): readonly ScheduledJob[] {
  return waiting.filter((job) => isPartial(job) && homes.isHome(job.request.stream, slot));
}

function finalFor(
  slot: WorkerSlot,
  finals: readonly ScheduledJob[],
  schedule: Schedule,
): ScheduledJob | undefined {
  const there = schedule.work.finalsAt(slot);
  const crowds = crowdsIn(schedule);
  const next = first(
    finals.filter((job) => !crowdsOut(job, there, crowds)),
    schedule,
  );
  if (!next || there.length === 0) return next;
  const ofShare = (job: ScheduledJob) => there.filter((other) => isOfSameShare(job, other)).length;
  // Whoever brings one final need not wait for everything that another has brought at once.
  if (ofShare(next) === 0 && there.some((job) => ofShare(job) > 1))
    return there.length < AHEAD.finals + ROOM_FOR_OTHERS ? next : undefined;
  // Decoding together saves time but makes each wait for the other: only for those that wait anyway.
  return finals.some(isLate) && there.length < AHEAD.finals ? next : undefined;
}

/**
 * Beside a final of another share, each has one, and a crowd has none: whoever has one alone would wait for all that others
 * bring.
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
  // What continues an encoding waits for the process that keeps it, and for its turn; all else goes where there is room.
  const isFor = ({ request: { keepState, stream } }: ScheduledJob) =>
    !keepState || (there === 0 && schedule.homes.isHome(stream, slot));
  return first(
    waiting.filter((job) => isBackground(job) && isFor(job)),
    schedule,
  );
}

/** The one whose share has had the least, and of that the oldest. */
function first(candidates: readonly ScheduledJob[], { shares }: Schedule): ScheduledJob | undefined {
  return best(candidates, (one, other) => shares.compare(one, other) || one.dueAt - other.dueAt);
}

/** Of the share that has had the least, the partial that saves its final the most work. */
function longestUnheard(partials: readonly ScheduledJob[], { shares }: Schedule): ScheduledJob | undefined {
  return best(
    partials,
    (one, other) => shares.compare(one, other) || other.request.unheardSeconds - one.request.unheardSeconds,
  );
}

/** The first of those that nothing goes before. */
function best(
  candidates: readonly ScheduledJob[],
  compare: (one: ScheduledJob, other: ScheduledJob) => number,
): ScheduledJob | undefined {
  return candidates.reduce<ScheduledJob | undefined>(
    (chosen, job) => (chosen === undefined || compare(job, chosen) < 0 ? job : chosen),
    undefined,
  );
}
