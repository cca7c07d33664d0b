import { createFairShares } from './fair-shares.js';
import { createFinalDelays } from './final-delays.js';
import type { InferencePool, JobOwner, RecognitionRequest, Share } from '../inference-pool.js';
import type { RecognizerEvent, WorkerStatus } from '../../recognizer/recognizer.js';
import { LEXICON, type RecognitionJob, type RecognitionResult } from '../messages/recognition-job.js';
import type { PreparedModel } from '../../families/model-family.js';
import { createWorkerSlot, type WorkerSlot } from './worker-slot.js';

/** A pool of supervised inference processes on this machine. */
export interface Scheduler extends InferencePool {
  workers(): readonly WorkerStatus[];
}

/** What the scheduler needs to run its processes. */
export interface SchedulerOptions {
  readonly workers: number;
  readonly model: PreparedModel;
  readonly memoryLimitBytes: number;
  readonly timeoutSeconds: number;
  /** Whether the processes are to know the lexicon. */
  readonly lexicon: boolean;
  /** Whether terms of the lexicon are weighed by the words around them too. */
  readonly lexiconContext: boolean;
  readonly onEvent: (event: RecognizerEvent) => void;
  readonly onLoadFailed: (message: string) => void;
  readonly onWorkerReady: () => void;
}

/** A final is given up after so many processes ended over it: it may be what ends them. */
const MAX_ATTEMPTS = 3;

/**
 * Jobs at one process at a time. A partial would make the next final wait for its encoding, so it comes alone. Those in
 * the background are decoded together, which saves time, and leave rows for finals.
 */
const AHEAD = { finals: 4, partials: 1, background: 4 } as const;

/** Finals beyond these for shares that have none at a process, where another has several: theirs need not wait for one. */
const ROOM_FOR_OTHERS = 2;

/** Processing time that a job is expected to take until it is known, seconds: by itself, and for each of audio. */
const EXPECTED = { job: 0.05, audioSecond: 0.1 } as const;

/**
 * A final that has waited so long joins others at a process that is busy, seconds (bench `streams`): sooner, and in a
 * burst the first wait for the encoding of all that come after them.
 */
const LATE_SECONDS = 2;

/**
 * An early final is one of whoever sends faster than people speak. Until its words would have been spoken it goes behind
 * all live work, so that who is fast slows nobody down, and before work in the background.
 */
interface Entry {
  readonly id: number;
  readonly request: RecognitionRequest;
  readonly owner: JobOwner;
  readonly submittedAt: number;
  /** When whoever speaks in real time would have submitted it. */
  readonly dueAt: number;
  urgent: boolean;
  attempts: number;
  slot: WorkerSlot | undefined;
  /** Whether the process was given it as an early final. */
  isEarlyAtWork: boolean;
  /** Processing time that it has taken, and that its share was charged for it, seconds. */
  used: number;
  charged: number;
}

/**
 * Starts the processes and schedules: finals before partials, shares by what they have used, and in each the oldest first;
 * a newer partial replaces an older.
 */
export function createScheduler(options: SchedulerOptions, createSlot = createWorkerSlot): Scheduler {
  const entries = new Map<number, Entry>();
  const homes = new Map<string, WorkerSlot>();
  const delays = createFinalDelays();
  const waits = createFinalDelays();
  /** What is done in the background costs nobody their turn to speak. */
  const liveShares = createFairShares();
  const backgroundShares = createFairShares();
  const atWork = new Map<WorkerSlot, Set<Entry>>();
  /** When the time of what is at work was last accounted for. */
  const accountedAt = new Map<WorkerSlot, number>();
  /** Processes that do no partials for a while, so that finals find them free. */
  const resting = new Set<WorkerSlot>();
  let nextId = 1;
  let closed = false;

  const dispatchAll = () => {
    // A process that is free must not take a final from another that is free too and keeps its encoding.
    for (const slot of slots) dispatch(slot, ownFinalFor);
    for (const slot of slots) dispatch(slot, nextFor);
  };

  const dispatch = (slot: WorkerSlot, choose: (slot: WorkerSlot) => Entry | undefined) => {
    while (slot.ready && !closed) {
      const next = choose(slot);
      if (!next) return;
      begin(next, slot);
      const home = homes.get(next.request.stream);
      if (home !== slot && next.request.window !== undefined) home?.forget({ window: next.request.window });
      homes.set(next.request.stream, slot);
      slot.assign(jobOf(next), { audio: next.owner.audio, keyTerms: next.request.keyTerms });
    }
  };

  const begin = (entry: Entry, slot: WorkerSlot) => {
    account(slot);
    entry.slot = slot;
    entry.isEarlyAtWork = isEarly(entry);
    entry.charged = EXPECTED.job + EXPECTED.audioSecond * entry.request.newSeconds;
    sharesOf(entry).begin(entry.request.share, entry.charged);
    workAt(slot).add(entry);
    if (entry.isEarlyAtWork) setTimeout(hasten, entry.dueAt - performance.now(), entry).unref();
  };

  /** By now somebody who speaks in real time would wait for it. */
  const hasten = (entry: Entry) => {
    if (!entry.isEarlyAtWork || !entry.slot || !entries.has(entry.id)) return;
    entry.isEarlyAtWork = false;
    entry.slot.promote(entry.id);
    dispatchAll();
  };

  /** The process that an entry is at is done with it. */
  const end = (entry: Entry) => {
    const { slot, charged } = entry;
    if (!slot) return;
    account(slot);
    workAt(slot).delete(entry);
    entry.isEarlyAtWork = false;
    sharesOf(entry).end(entry.request.share, entry.used - charged);
    entry.charged = entry.used;
  };

  /** Those that are decoded together divide the time among them. */
  const account = (slot: WorkerSlot) => {
    const now = performance.now();
    const seconds = (now - (accountedAt.get(slot) ?? now)) / 1000;
    accountedAt.set(slot, now);
    for (const entry of workAt(slot)) entry.used += seconds / workAt(slot).size;
  };

  const workAt = (slot: WorkerSlot): Set<Entry> => {
    let entriesThere = atWork.get(slot);
    if (!entriesThere) atWork.set(slot, (entriesThere = new Set()));
    return entriesThere;
  };

  const sharesOf = (entry: Entry) => (isBackground(entry) ? backgroundShares : liveShares);

  /** Those that wait, without what is better done by another process that is free. */
  const waitingFor = (slot: WorkerSlot): readonly Entry[] =>
    [...entries.values()].filter((entry) => {
      if (entry.slot) return false;
      const home = homes.get(entry.request.stream) ?? leastUsed();
      return home === undefined || home === slot || !home.ready || finalsAt(home).length > 0;
    });

  const ownFinalFor = (slot: WorkerSlot): Entry | undefined =>
    finalsAt(slot).length > 0 ? undefined : first(waitingFor(slot).filter(isFinal));

  const nextFor = (slot: WorkerSlot): Entry | undefined => {
    const waiting = [...entries.values()].filter((entry) => !entry.slot);
    const final = finalFor(slot, waiting.filter(isFinal));
    if (final) return final;
    const there = [...workAt(slot)];
    const early = there.filter(({ isEarlyAtWork }) => isEarlyAtWork).length;
    const background = there.filter(isBackground).length;
    if (there.length - early - background >= AHEAD.partials) return undefined;
    const partials = resting.has(slot)
      ? []
      : waiting.filter((entry) => isPartial(entry) && isHome(entry, slot));
    return (
      longestUnheard(partials.filter((entry) => !isAhead(entry))) ??
      earlyFor(early, waiting.filter(isEarly)) ??
      (early === 0 ? (longestUnheard(partials) ?? backgroundFor(slot, background, waiting)) : undefined)
    );
  };

  const finalFor = (slot: WorkerSlot, finals: readonly Entry[]): Entry | undefined => {
    const there = finalsAt(slot);
    const next = first(finals.filter((entry) => !crowdsOut(entry, there)));
    if (!next || there.length === 0) return next;
    // Decoding together saves time but makes each wait for the other: only for those that wait anyway.
    if (!finals.some(isLate)) return undefined;
    if (there.length < AHEAD.finals) return next;
    const own = there.filter((entry) => isOfSameShare(entry, next)).length;
    const crowded = there.some((entry) => there.filter((other) => isOfSameShare(entry, other)).length > 1);
    return own === 0 && crowded && there.length < AHEAD.finals + ROOM_FOR_OTHERS ? next : undefined;
  };

  /** Beside a final of another share, each has one: whoever has one alone would wait for all that others bring. */
  const crowdsOut = (entry: Entry, there: readonly Entry[]) =>
    there.some((other) => isOfSameShare(entry, other)) && there.some((other) => !isOfSameShare(entry, other));

  const earlyFor = (there: number, early: readonly Entry[]): Entry | undefined =>
    there === 0 || (there < AHEAD.finals && early.some(isLate)) ? first(early) : undefined;

  const backgroundFor = (slot: WorkerSlot, there: number, waiting: readonly Entry[]): Entry | undefined => {
    if (there >= AHEAD.background) return undefined;
    // What continues an encoding waits for the process that keeps it, and for its turn; all else goes where there is room.
    return first(
      waiting.filter(
        (entry) => isBackground(entry) && (!entry.request.keepState || (there === 0 && isHome(entry, slot))),
      ),
    );
  };

  /** The one whose share has had the least, and of that the oldest. */
  const first = (candidates: readonly Entry[]): Entry | undefined =>
    best(candidates, (one, other) => byShare(one, other) || one.dueAt - other.dueAt);

  /** Of the share that has had the least, the partial that saves its final the most work. */
  const longestUnheard = (partials: readonly Entry[]): Entry | undefined =>
    best(
      partials,
      (one, other) => byShare(one, other) || other.request.unheardSeconds - one.request.unheardSeconds,
    );

  const byShare = (one: Entry, other: Entry) => sharesOf(one).compare(one.request.share, other.request.share);

  const isBackground = (entry: Entry) => !entry.urgent && entry.request.priority === 'background';

  const isPartial = (entry: Entry) => !entry.urgent && !isBackground(entry);

  const isAhead = (entry: Entry) => entry.dueAt > performance.now();

  const isEarly = (entry: Entry) => entry.urgent && isAhead(entry);

  const isFinal = (entry: Entry) => entry.urgent && !isAhead(entry);

  const finalsAt = (slot: WorkerSlot) =>
    [...workAt(slot)].filter(({ urgent, isEarlyAtWork }) => urgent && !isEarlyAtWork);

  const isHome = (entry: Entry, slot: WorkerSlot) => {
    const home = homes.get(entry.request.stream);
    return home === undefined ? slot === leastUsed() : home === slot || !home.ready;
  };

  const leastUsed = () => {
    const ready = slots.filter((slot) => slot.ready);
    const streams = (slot: WorkerSlot) => [...homes.values()].filter((home) => home === slot).length;
    return ready.reduce<WorkerSlot | undefined>(
      (least, slot) => (least === undefined || streams(slot) < streams(least) ? slot : least),
      undefined,
    );
  };

  const isLate = (entry: Entry) => performance.now() - entry.submittedAt > LATE_SECONDS * 1000;

  const finish = (id: number, result: RecognitionResult, runSeconds: number) => {
    const entry = entries.get(id);
    if (!entry) return;
    const { slot, isEarlyAtWork } = entry;
    entries.delete(id);
    end(entry);
    const totalSeconds = (performance.now() - entry.submittedAt) / 1000;
    if (isPartial(entry)) {
      if (slot) rest(slot, restMs(waits.recentP95Of(nameOf(entry.request.share))));
    } else if (entry.urgent && !isEarlyAtWork) {
      const seconds = (performance.now() - entry.dueAt) / 1000;
      const final = { share: nameOf(entry.request.share), stream: entry.request.stream, used: entry.used };
      delays.add({ ...final, seconds });
      waits.add({ ...final, seconds: seconds - runSeconds });
    }
    options.onEvent({
      kind: 'job-finished',
      priority: entry.urgent ? 'final' : entry.request.priority,
      waitSeconds: Math.max(0, totalSeconds - runSeconds),
      runSeconds,
      audioSeconds: entry.request.newSeconds,
    });
    entry.owner.onResult(result);
  };

  const rest = (slot: WorkerSlot, milliseconds: number) => {
    if (milliseconds === 0) return;
    resting.add(slot);
    const wake = () => {
      resting.delete(slot);
      dispatchAll();
    };
    setTimeout(wake, milliseconds).unref();
  };

  const takeBack = (jobs: readonly number[]) => {
    for (const id of jobs) {
      const entry = entries.get(id);
      if (!entry) continue;
      const worker = entry.slot ? slots.indexOf(entry.slot) : -1;
      end(entry);
      entry.slot = undefined;
      entry.attempts++;
      const mustCome = entry.urgent || isBackground(entry);
      if (mustCome && entry.attempts < MAX_ATTEMPTS) {
        entry.used = 0;
        sharesOf(entry).enter(entry.request.share);
        options.onEvent({ kind: 'job-retried', worker });
        continue;
      }
      entries.delete(id);
      if (mustCome) options.onEvent({ kind: 'job-lost', attempts: entry.attempts });
      entry.owner.onLost(
        mustCome ? { reason: 'failed', attempts: entry.attempts } : { reason: 'interrupted' },
      );
    }
    dispatchAll();
  };

  const slots = Array.from({ length: options.workers }, (_, index) =>
    createSlot(
      { ...options, index },
      {
        onRoom: dispatchAll,
        onResult: finish,
        onReturned: takeBack,
        onLoadFailed: options.onLoadFailed,
        onEvent(event) {
          options.onEvent(event);
          if (event.kind === 'worker-ready') options.onWorkerReady();
        },
      },
    ),
  );

  const waitingEntries = (urgent: boolean) =>
    [...entries.values()].filter((entry) => entry.urgent === urgent && !isBackground(entry) && !entry.slot);

  const isInterruptible = (entry: Entry) => isBackground(entry) || entry.isEarlyAtWork;

  const finalDelay = () => Math.max(delays.recentP95(), oldestOf([...entries.values()]));

  const finalDelayOf = (share: string) => {
    const own = [...entries.values()].filter((entry) => nameOf(entry.request.share) === share);
    return Math.max(delays.recentP95Of(share), oldestOf(own));
  };

  return {
    submit(request, owner) {
      const { replaces } = request;
      if (replaces !== undefined) {
        for (const [id, entry] of entries) {
          if (entry.request.replaces !== replaces || entry.slot || entry.urgent) continue;
          entries.delete(id);
          sharesOf(entry).leave(entry.request.share);
          entry.owner.onLost({ reason: 'replaced' });
        }
      }
      const id = nextId++;
      const entry: Entry = {
        id,
        request,
        owner,
        submittedAt: performance.now(),
        dueAt: performance.now() + (request.priority === 'background' ? 0 : request.aheadSeconds * 1000),
        urgent: request.priority === 'final',
        attempts: 0,
        slot: undefined,
        isEarlyAtWork: false,
        used: 0,
        charged: 0,
      };
      entries.set(id, entry);
      sharesOf(entry).enter(request.share);
      dispatchAll();
      return {
        get started() {
          return entry.slot !== undefined;
        },
        cancel() {
          if (!entries.delete(id)) return;
          const { slot } = entry;
          if (slot) end(entry);
          else sharesOf(entry).leave(request.share);
          slot?.cancel(id);
        },
        promote() {
          if (!isPartial(entry) || !entries.has(id)) return;
          entry.urgent = true;
          if (entry.slot) entry.slot.promote(id);
          else dispatchAll();
        },
      };
    },
    forget(kept) {
      // Also by those that a stream's jobs have moved away from.
      for (const slot of slots) slot.forget(kept);
      if ('stream' in kept) homes.delete(kept.stream);
    },
    status: (share) => ({
      ready: slots.some((slot) => slot.ready),
      idle: slots.some((slot) => slot.ready && [...workAt(slot)].every(isInterruptible)),
      waiting: { finals: waitingEntries(true).length, partials: waitingEntries(false).length },
      finalDelaySeconds: share === undefined ? finalDelay() : finalDelayOf(nameOf(share)),
    }),
    workers: () => slots.map((slot) => slot.status()),
    async close() {
      closed = true;
      entries.clear();
      await Promise.all(slots.map((slot) => slot.close()));
    },
  };
}

function jobOf({ id, request, urgent, isEarlyAtWork, attempts }: Entry): RecognitionJob {
  const { stream, audio, window, prefix, draft, newSeconds, keepState, decoding, keyTerms, lexicon } =
    request;
  const termLists = [...(keyTerms ? [keyTerms.name] : []), ...(lexicon ? [LEXICON] : [])];
  const priority = isEarlyAtWork ? 'background' : urgent ? 'final' : request.priority;
  const job = {
    id,
    priority,
    stream,
    audio,
    window,
    prefix,
    draft,
    newSeconds,
    keepState,
    decoding,
    termLists,
  };
  return attempts === MAX_ATTEMPTS - 1 ? withoutExtras(job) : job;
}

/** The same job with nothing but the audio to go by: words without their terms are better than none. */
function withoutExtras(job: RecognitionJob): RecognitionJob {
  return { ...job, draft: [], termLists: [] };
}

/** The first of those that nothing goes before. */
function best(
  candidates: readonly Entry[],
  compare: (one: Entry, other: Entry) => number,
): Entry | undefined {
  return candidates.reduce<Entry | undefined>(
    (chosen, entry) => (chosen === undefined || compare(entry, chosen) < 0 ? entry : chosen),
    undefined,
  );
}

function isOfSameShare(one: Entry, other: Entry): boolean {
  return nameOf(one.request.share) === nameOf(other.request.share);
}

function nameOf(share: Share): string {
  return share.join('\n');
}

/** How long the final waits that has waited longest, seconds. */
function oldestOf(entries: readonly Entry[]): number {
  const now = performance.now();
  return Math.max(0, ...entries.filter(({ urgent }) => urgent).map(({ dueAt }) => now - dueAt)) / 1000;
}

/** Finals that wait so long for a process leave room for partials, seconds; longer ones thin them out (bench `streams`). */
const UNHURRIED_SECONDS = 0.15;

/** However late finals were, shown words move on within this time, milliseconds. */
const LONGEST_REST = 2_000;

/** Time that a process does no partials after one, so that finals find it free: the longer the more they wait. */
function restMs(finalWaitSeconds: number): number {
  return Math.min(LONGEST_REST, Math.max(0, finalWaitSeconds - UNHURRIED_SECONDS) * 4_000);
}
