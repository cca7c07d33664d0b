import { createFinalDelays } from './final-delays.js';
import type { ModelFiles } from './open-model.js';
import type { RecognizerEvent, WorkerStatus } from './recognizer.js';
import type { KeyTermList } from '../terms/key-term-list.js';
import { LEXICON, type RecognitionJob, type RecognitionResult } from './worker-messages.js';
import { createWorkerSlot, type WorkerSlot } from './worker-slot.js';

/** Work to be scheduled; the scheduler numbers it. */
export interface JobRequest extends Omit<RecognitionJob, 'id' | 'audio' | 'termLists'> {
  /** Gives the window's audio once a process takes the job: most partials are replaced before. */
  readonly audio: () => Int16Array;
  /** Jobs of one stream go to the process that did the last, which keeps their encoder state, if it is free. */
  readonly stream: string;
  /** Terms that are likelier than the model thinks. */
  readonly keyTerms: KeyTermList | undefined;
  /** Whether terms of the lexicon are looked for. */
  readonly lexicon: boolean;
  /** Audio of the utterance that no hypothesis covers, seconds. */
  readonly unheardSeconds: number;
  /** A waiting partial with the same name is replaced by this one. */
  readonly replaces?: string;
  readonly onResult: (result: RecognitionResult) => void;
  /** All attempts have failed. For a partial also: it was replaced or its process ended. */
  readonly onLost: () => void;
}

/** A job on its way. */
export interface ScheduledJob {
  /** Whether a process has it. */
  readonly started: boolean;
  /** Drops it; neither callback is called. */
  cancel(): void;
  /** Makes a partial urgent as a final, and as sure to come. */
  promote(): void;
}

/** Distributes jobs to supervised inference processes. */
export interface Scheduler {
  submit(request: JobRequest): ScheduledJob;
  /** Frees what the processes keep of a window. */
  forget(window: string): void;
  /** Frees what the processes keep of a list of terms, which no stream uses any more. */
  forgetTerms(name: string): void;
  /** The stream has ended. */
  release(stream: string): void;
  /** Whether a process has nothing to do, other than in the background. */
  readonly idle: boolean;
  /** Seconds; see `RecognizerStatus.finalDelaySeconds`. */
  readonly finalDelaySeconds: number;
  readonly anyReady: boolean;
  readonly waiting: { readonly finals: number; readonly partials: number };
  workers(): readonly WorkerStatus[];
  close(): Promise<void>;
}

/** What the scheduler needs to run its processes. */
export interface SchedulerOptions {
  readonly workers: number;
  readonly model: ModelFiles;
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

/**
 * A final that has waited so long joins others at a process that is busy, seconds (bench `streams`): sooner, and in a
 * burst the first wait for the encoding of all that come after them.
 */
const LATE_SECONDS = 2;

interface Entry {
  readonly id: number;
  readonly request: JobRequest;
  /** Made when a process takes it. */
  job: RecognitionJob | undefined;
  readonly submittedAt: number;
  urgent: boolean;
  attempts: number;
  slot: WorkerSlot | undefined;
}

/** Starts the processes and schedules: finals before partials, oldest first; a newer partial replaces an older. */
export function createScheduler(options: SchedulerOptions, createSlot = createWorkerSlot): Scheduler {
  const entries = new Map<number, Entry>();
  const homes = new Map<string, WorkerSlot>();
  const delays = createFinalDelays();
  const waits = createFinalDelays();
  /** Processes that do no partials for a while, so that finals find them free. */
  const resting = new Set<WorkerSlot>();
  let nextId = 1;
  let closed = false;

  const dispatchAll = () => {
    // A process that is free must not take a final from another that is free too and keeps its encoding.
    for (const slot of slots) dispatch(slot, homeFinalFor);
    for (const slot of slots) dispatch(slot, nextFor);
  };

  const dispatch = (slot: WorkerSlot, choose: (slot: WorkerSlot) => Entry | undefined) => {
    while (slot.ready && !closed) {
      const next = choose(slot);
      if (!next) return;
      next.slot = slot;
      const home = homes.get(next.request.stream);
      if (home !== slot) home?.forget(next.request.window);
      homes.set(next.request.stream, slot);
      const job = (next.job ??= jobOf(next));
      const keyTerms = job.termLists.length > 0 ? next.request.keyTerms : undefined;
      slot.assign(next.urgent ? { ...job, priority: 'final' } : job, keyTerms);
    }
  };

  const homeFinalFor = (slot: WorkerSlot): Entry | undefined => {
    if (finalsAt(slot) > 0) return undefined;
    return [...entries.values()].find((entry) => !entry.slot && entry.urgent && isHome(entry, slot));
  };

  const nextFor = (slot: WorkerSlot): Entry | undefined => {
    const finalsAtWork = finalsAt(slot);
    const waiting = [...entries.values()].filter((entry) => !entry.slot);
    const finals = waiting.filter((entry) => entry.urgent);
    if (finalsAtWork === 0 && finals.length > 0) return finals[0];
    // Decoding together saves time but makes each wait for the other: only for those that wait anyway.
    if (finalsAtWork < AHEAD.finals && finals.some(isLate)) return finals.find(isLate);
    const background = [...slot.jobs.values()].filter((job) => job.priority === 'background').length;
    if (finalsAtWork > 0 || slot.jobs.size - background >= AHEAD.partials) return undefined;
    const partial = resting.has(slot)
      ? undefined
      : longestUnheard(
          waiting.filter((entry) => !entry.urgent && !isBackground(entry) && isHome(entry, slot)),
        );
    if (partial || background >= AHEAD.background) return partial;
    // What continues an encoding waits for the process that keeps it, and for its turn; all else goes where there is room.
    return waiting.find(
      (entry) =>
        isBackground(entry) && (!entry.request.keepState || (background === 0 && isHome(entry, slot))),
    );
  };

  const isBackground = (entry: Entry) => !entry.urgent && entry.request.priority === 'background';

  const finalsAt = (slot: WorkerSlot) => [...slot.jobs.keys()].filter((id) => entries.get(id)?.urgent).length;

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
    entries.delete(id);
    const totalSeconds = (performance.now() - entry.submittedAt) / 1000;
    if (entry.urgent) {
      delays.add(totalSeconds);
      waits.add(totalSeconds - runSeconds);
    } else if (entry.slot && !isBackground(entry)) rest(entry.slot, restMs(waits.recentP95()));
    options.onEvent({
      kind: 'job-finished',
      priority: entry.urgent ? 'final' : entry.request.priority,
      waitSeconds: Math.max(0, totalSeconds - runSeconds),
      runSeconds,
      audioSeconds: entry.request.newSeconds,
    });
    entry.request.onResult(result);
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

  const takeBack = (jobs: readonly RecognitionJob[]) => {
    for (const { id } of jobs) {
      const entry = entries.get(id);
      if (!entry) continue;
      const worker = entry.slot ? slots.indexOf(entry.slot) : -1;
      entry.slot = undefined;
      entry.attempts++;
      const mustCome = entry.urgent || isBackground(entry);
      if (mustCome && entry.attempts < MAX_ATTEMPTS) {
        if (entry.attempts === MAX_ATTEMPTS - 1) entry.job = entry.job && withoutExtras(entry.job);
        options.onEvent({ kind: 'job-retried', worker });
        continue;
      }
      entries.delete(id);
      if (mustCome) options.onEvent({ kind: 'job-lost', attempts: entry.attempts });
      entry.request.onLost();
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

  return {
    submit(request) {
      const { replaces } = request;
      if (replaces !== undefined) {
        for (const [id, entry] of entries) {
          if (entry.request.replaces !== replaces || entry.slot || entry.urgent) continue;
          entries.delete(id);
          entry.request.onLost();
        }
      }
      const id = nextId++;
      const entry: Entry = {
        id,
        request,
        job: undefined,
        submittedAt: performance.now(),
        urgent: request.priority === 'final',
        attempts: 0,
        slot: undefined,
      };
      entries.set(id, entry);
      dispatchAll();
      return {
        get started() {
          return entry.slot !== undefined;
        },
        cancel() {
          if (entries.delete(id)) entry.slot?.cancel(id);
        },
        promote() {
          if (entry.urgent || !entries.has(id)) return;
          entry.urgent = true;
          if (entry.slot) entry.slot.promote(id);
          else dispatchAll();
        },
      };
    },
    forget(window) {
      // Also those that a stream's jobs have moved away from.
      for (const slot of slots) slot.forget(window);
    },
    forgetTerms(name) {
      for (const slot of slots) slot.forgetTerms(name);
    },
    release(stream) {
      homes.delete(stream);
    },
    get idle() {
      const atLiveWork = (slot: WorkerSlot) =>
        [...slot.jobs.values()].some((job) => job.priority !== 'background');
      return slots.some((slot) => slot.ready && !atLiveWork(slot));
    },
    get finalDelaySeconds() {
      const oldest = Math.max(
        0,
        ...[...entries.values()]
          .filter((entry) => entry.urgent)
          .map((entry) => performance.now() - entry.submittedAt),
      );
      return Math.max(delays.recentP95(), oldest / 1000);
    },
    get anyReady() {
      return slots.some((slot) => slot.ready);
    },
    get waiting() {
      return { finals: waitingEntries(true).length, partials: waitingEntries(false).length };
    },
    workers: () => slots.map((slot) => slot.status()),
    async close() {
      closed = true;
      entries.clear();
      await Promise.all(slots.map((slot) => slot.close()));
    },
  };
}

function jobOf({ id, request }: Entry): RecognitionJob {
  const { priority, window, prefix, draft, newSeconds, keepState, decoding, keyTerms, lexicon } = request;
  const termLists = [...(keyTerms ? [keyTerms.name] : []), ...(lexicon ? [LEXICON] : [])];
  return {
    id,
    priority,
    window,
    audio: request.audio(),
    prefix,
    draft,
    newSeconds,
    keepState,
    decoding,
    termLists,
  };
}

/** The same job with nothing but the audio to go by: words without their terms are better than none. */
function withoutExtras(job: RecognitionJob): RecognitionJob {
  return { ...job, draft: [], termLists: [] };
}

/** The partial that saves its final the most work. */
function longestUnheard(partials: readonly Entry[]): Entry | undefined {
  return partials.reduce<Entry | undefined>(
    (longest, entry) =>
      longest === undefined || entry.request.unheardSeconds > longest.request.unheardSeconds
        ? entry
        : longest,
    undefined,
  );
}

/** Finals that wait so long for a process leave room for partials, seconds; longer ones thin them out (bench `streams`). */
const UNHURRIED_SECONDS = 0.15;

/** However late finals were, shown words move on within this time, milliseconds. */
const LONGEST_REST = 2_000;

/** Time that a process does no partials after one, so that finals find it free: the longer the more they wait. */
function restMs(finalWaitSeconds: number): number {
  return Math.min(LONGEST_REST, Math.max(0, finalWaitSeconds - UNHURRIED_SECONDS) * 4_000);
}
