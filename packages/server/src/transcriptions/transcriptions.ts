import type { PlaceHolder } from '../access/shared-places.js';
import type { TranscriptionServices } from './carry-out.js';
import { createJobList } from './job-list.js';
import { createJobQueue } from './job-queue.js';
import { createPlaces, type Reservation } from './places.js';
import type { RecordingSource } from './recording-source.js';
import type { Transcription, TranscriptionOrder } from './transcription.js';

/** Room for one transcription. */
export interface Place extends Reservation {
  /** Takes over the source, which is released in any case. */
  readonly submit: (source: RecordingSource, order: TranscriptionOrder) => Transcription;
}

/** All transcriptions of whole recordings: those that wait, run, or ended recently. */
export interface Transcriptions {
  /**
   * Reserves room for one more transcription of `who`; undefined if there is none, if others have a better claim to the rest,
   * or if no more are taken. The room of a slow upload may be given to somebody who holds less.
   */
  readonly reserve: (who: PlaceHolder) => Place | undefined;
  /** The newest first. */
  readonly list: () => readonly Transcription[];
  readonly get: (id: string) => Transcription | undefined;
  /** Cancels one that has not ended, and forgets one that has. Tells whether there is one. */
  readonly remove: (id: string) => boolean;
  /** Takes no more and cancels those that have not ended; resolves when nothing of them is left on disk. */
  readonly drain: () => Promise<void>;
}

/**
 * Starts without transcriptions. `transcriptionsAtATime` of them run together. Tenants, and their members, take turns by the
 * amount of audio that was heard for each; the orders of one owner run in the order in which they came.
 */
export function createTranscriptions(services: TranscriptionServices): Transcriptions {
  const jobs = createJobList();
  const queue = createJobQueue(services, jobs);
  const places = createPlaces(services.config.maxTranscriptionJobs, () =>
    queue.open().map(({ state }) => state.ownership),
  );

  return {
    reserve: (who) => {
      const place = queue.isDraining() ? undefined : places.reserve(who);
      return (
        place && {
          ...place,
          submit: (source, order) => {
            place.leave();
            return queue.submit(source, order);
          },
        }
      );
    },
    list: () =>
      jobs
        .all()
        .map(({ state }) => state)
        .reverse(),
    get: (id) => jobs.get(id)?.state,
    remove: (id) => {
      const job = jobs.get(id);
      if (job === undefined) return false;
      if (job.state.endedAt === undefined) queue.cancel(job);
      else jobs.forget(id);
      return true;
    },
    drain: queue.drain,
  };
}
