import type { PlaceHolder } from '../access/shared-places.js';
import type { TranscriptionServices } from './carry-out.js';
import type { ArrivingJob, NewAudio } from './durable/arriving-jobs.js';
import { createDurableJobs, type DurableJobs } from './durable/durable-jobs.js';
import type { RunServices } from './durable/run-job.js';
import { createJobList } from './job-list.js';
import { createJobQueue } from './job-queue.js';
import { createJobTurns } from './job-turns.js';
import { createPlaces, type Reservation } from './places.js';
import type { RecordingSource } from './recording-source.js';
import type { Transcription, TranscriptionOrder } from './transcription.js';

/** Room for one transcription. */
export interface Place extends Reservation {
  /** Transcribes a recording for whoever waits for the text. Takes over the source, which is released in any case. */
  readonly submit: (source: RecordingSource, order: TranscriptionOrder) => Transcription;
}

/**
 * All transcriptions of whole recordings: those that wait, run, or ended recently. Those that somebody waits for are known to
 * this server only, and end with it; all others are shared with the servers on the same database.
 */
export interface Transcriptions {
  /**
   * Reserves room for one more transcription of `who`; undefined if there is none, or if others have a better claim to the
   * rest. The room of a slow upload may be given to somebody who holds less.
   */
  readonly reserve: (who: PlaceHolder) => Promise<Place | undefined>;
  /** Begins to take audio for a transcription that outlives this server. It needs a place to be submitted. */
  readonly arrive: (audio: NewAudio) => Promise<ArrivingJob>;
  /** Those of a tenant, the newest first. */
  readonly list: (tenant: string) => Promise<readonly Transcription[]>;
  /** Without the transcript. */
  readonly find: (id: string) => Promise<Transcription | undefined>;
  /** With the transcript. */
  readonly read: (id: string) => Promise<Transcription | undefined>;
  /** Cancels one that has not ended, and forgets one that has. Tells whether there is one. */
  readonly remove: (id: string) => Promise<boolean>;
  /** Cancels one that somebody waits for, or forgets it if it has ended. */
  readonly dismiss: (id: string) => void;
  /** Has those that outlive a server carried out from now on; recognition must be warm. */
  readonly begin: () => void;
  /**
   * Begins no more, cancels those that somebody waits for, and gives back the others for later. Resolves when that is done.
   */
  readonly drain: () => Promise<void>;
  /** Resolves once no audio is on its way any more: it is kept, or abandoned. */
  readonly settled: () => Promise<void>;
}

/** What transcriptions need from the server. */
export type TranscriptionParts = TranscriptionServices &
  RunServices & { readonly database: Parameters<typeof createDurableJobs>[0]['database'] };

/**
 * `transcriptionsAtATime` transcriptions run together. Tenants, and their members, take turns by the amount of audio that was
 * heard for each; the orders of one owner run in the order in which they came.
 */
export function createTranscriptions(services: TranscriptionParts): Transcriptions {
  const { config, metrics } = services;
  const jobs = createJobList();
  const turns = createJobTurns(config.transcriptionsAtATime, () => {
    metrics.transcriptionsOpen.set({ state: 'queued' }, turns.waiting());
    metrics.transcriptionsOpen.set({ state: 'running' }, turns.running());
  });
  const queue = createJobQueue(services, jobs, turns);
  const durable = createDurableJobs({ ...services, turns });
  const holders = createHolders(durable);
  const places = createPlaces(config.maxTranscriptionJobs, () => [
    ...queue.open().map(({ state }) => state.ownership),
    ...holders.latest(),
  ]);

  return {
    reserve: async (who) => {
      await holders.read();
      const place = places.reserve(who);
      if (place === undefined) return undefined;
      const leave = (): void => {
        holders.changed();
        place.leave();
      };
      return {
        ...place,
        leave,
        submit: (source, order) => {
          leave();
          return queue.submit(source, order);
        },
      };
    },
    arrive: durable.arrive,
    list: async (tenant) => {
      const waitedFor = jobs
        .all()
        .map(({ state }) => state)
        .filter(({ ownership }) => ownership.tenant === tenant);
      const all = [...waitedFor, ...(await durable.list(tenant))];
      return all.sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
    },
    find: async (id) => jobs.get(id)?.state ?? durable.find(id),
    read: async (id) => jobs.get(id)?.state ?? durable.read(id),
    remove: async (id) => {
      if (jobs.get(id) === undefined) return durable.remove(id);
      dismiss(id);
      return true;
    },
    dismiss,
    begin: durable.begin,
    drain: async () => {
      await Promise.all([queue.drain(), durable.drain()]);
    },
    settled: durable.settled,
  };

  function dismiss(id: string): void {
    const job = jobs.get(id);
    if (job === undefined) return;
    if (job.state.endedAt === undefined) queue.cancel(job);
    else jobs.forget(id);
  }
}

/** Who holds places in the database, as it was last read. */
interface Holders {
  readonly latest: () => readonly PlaceHolder[];
  /** Reads it; resolves once it was read with every change up to that moment. */
  readonly read: () => Promise<void>;
  /** Notes that a place that was held here may be held there by now. */
  readonly changed: () => void;
}

function createHolders({ holders }: Pick<DurableJobs, 'holders'>): Holders {
  let latest: readonly PlaceHolder[] = [];
  let changes = 0;
  return {
    latest: () => latest,
    read: async () => {
      for (;;) {
        const before = changes;
        latest = await holders();
        if (before === changes) return;
      }
    },
    changed: () => {
      changes += 1;
    },
  };
}
