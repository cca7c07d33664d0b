import { randomBytes, randomUUID } from 'node:crypto';
import { atMost } from '../../at-most.js';
import { OutcomeUnknownError } from '../../db/commit-queue.js';
import type { Ownership } from '../../access/identity.js';
import { KEY_BYTES } from '../../storage/seal.js';
import type { Transcription } from '../transcription.js';
import { audioName, type ArrivingAudio } from './job-audio.js';
import { audioFileKey } from './job-keys.js';
import type { JobOrder } from './job-order.js';
import type { SubmittedJob } from './job-store.js';
import { transcriptionOf } from './job-transcription.js';
import type { RunServices } from './run-job.js';

/** Audio that begins to come, for a job that outlives the server. */
export interface NewAudio {
  readonly ownership: Ownership;
  readonly origin: 'upload' | 'session';
  readonly sessionId?: string;
  /** Files, each for a part of the audio that is written by itself. */
  readonly files: number;
}

/** What is to be done once the audio is there. */
interface NewOrder extends Omit<SubmittedJob, 'order'> {
  readonly order: Omit<JobOrder, 'sizes' | 'audioKey'>;
  /** Called once, when the transcription is done, has failed or was cancelled, as long as this server runs. */
  readonly onEnd?: EndListener;
}

export type EndListener = (transcription: Transcription) => void;

/** A job whose audio comes in. It is gone with the server until `submit`. */
export interface ArrivingJob {
  readonly id: string;
  /** To be written and finished. */
  readonly files: readonly ArrivingAudio[];
  /** Once this resolves, the job survives the server. Rejects as the disk and the database do; the job is then abandoned. */
  readonly submit: (order: NewOrder) => Promise<Transcription>;
  /** Deletes what has come. */
  readonly abandon: () => Promise<void>;
}

/** Jobs whose audio comes in. */
export interface ArrivingJobs {
  readonly arrive: (audio: NewAudio) => Promise<ArrivingJob>;
  /** Resolves once no audio is on its way any more, or after `mostMs`. */
  readonly settled: (mostMs: number) => Promise<void>;
}

export interface ArrivalServices extends Pick<RunServices, 'store' | 'places'> {
  /** Called before a job that somebody waits for can end; what it returns is called if the job cannot be kept. */
  readonly listen: (id: string, onEnd: EndListener) => () => void;
  /** Called with each job that can be carried out from now on. */
  readonly onSubmitted: () => void;
}

/** Nothing is on its way yet. */
export function createArrivingJobs({ store, places, listen, onSubmitted }: ArrivalServices): ArrivingJobs {
  const arriving = new Map<string, { readonly over: Promise<void>; readonly end: () => void }>();

  const hasArrived = (id: string): void => {
    arriving.get(id)?.end();
    arriving.delete(id);
  };

  /** What cannot be deleted now is deleted by the server that reaches it once this one is gone. */
  const abandon = async (id: string, files: readonly ArrivingAudio[], isUnknown = false): Promise<void> => {
    const removed = await Promise.allSettled(files.map((file) => file.remove()));
    // It may be there to be carried out, which must not be tried without its audio.
    if (isUnknown) void store.forgetPatiently(id).catch(() => undefined);
    else if (removed.every(({ status }) => status === 'fulfilled'))
      await store.forget(id).catch(() => undefined);
    hasArrived(id);
  };

  const submit = async (
    id: string,
    files: readonly ArrivingAudio[],
    audioKey: Buffer,
    { onEnd, order, ...job }: NewOrder,
  ): Promise<Transcription> => {
    const stopListening = onEnd && listen(id, onEnd);
    try {
      for (const file of files) await file.keep();
      const sizes = files.map(({ size }) => size);
      const row = await store.submit(id, { ...job, order: { ...order, sizes, audioKey } });
      onSubmitted();
      return transcriptionOf(row);
    } catch (error) {
      stopListening?.();
      await abandon(id, files, error instanceof OutcomeUnknownError);
      throw error;
    } finally {
      audioKey.fill(0);
    }
  };

  return {
    arrive: async ({ ownership, origin, sessionId, files }) => {
      const id = randomUUID();
      const audioKey = randomBytes(KEY_BYTES);
      const audio = places.forNew;
      const audioStore = await audio.place();
      await store
        .arrive({ id, ownership, origin, sessionId, audioStore, audioFiles: files })
        .catch((error: unknown) => {
          if (error instanceof OutcomeUnknownError) void store.forgetPatiently(id).catch(() => undefined);
          throw error;
        });
      const created: ArrivingAudio[] = [];
      try {
        for (let file = 0; file < files; file++)
          created.push(await audio.create(audioName(id, file), audioFileKey(audioKey, file)));
      } catch (error) {
        await abandon(id, created);
        throw error;
      }
      arriving.set(id, pending());
      return {
        id,
        files: created,
        submit: (order) =>
          submit(id, created, audioKey, order).finally(() => {
            hasArrived(id);
          }),
        abandon: () => abandon(id, created),
      };
    },
    settled: (mostMs) => atMost(mostMs, Promise.all([...arriving.values()].map(({ over }) => over))),
  };
}

function pending(): { readonly over: Promise<void>; readonly end: () => void } {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}
