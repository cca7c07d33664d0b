import { groupsOf } from '../../access/identity.js';
import type { Database } from '../../db/database.js';
import { scrub } from '../../db/scrub.js';
import { audioName } from './job-audio.js';
import type { JobRow } from './job-rows.js';
import type { RunServices } from './run-job.js';

/** Removes what is of no use once a job is over. */
export interface JobRemains {
  /** Deletes audio that is of no use any more, unless only other servers reach it. Rejects as the disk does. */
  readonly removeAudio: (row: JobRow) => Promise<void>;
  /** Cleans up after a job that somebody else has taken, ended or destroyed. */
  readonly leave: (row: JobRow) => Promise<void>;
  /** Ends the record of an upload that has no text. If that fails, it ends as interrupted when this server is gone. */
  readonly endRecord: (row: JobRow, reason: string) => Promise<void>;
  /** Deletes its audio and its row. */
  readonly forget: (row: JobRow) => Promise<void>;
  /** Removes for good what was deleted; not each time, since that takes longer the more there is in the database. */
  readonly scrubSoon: () => void;
}

export interface RemainsServices extends Pick<RunServices, 'store' | 'places' | 'records' | 'log'> {
  readonly database: Pick<Database, 'scrub'>;
}

/** How often, at most, what was deleted is removed from the database for good, milliseconds. */
const SCRUB_MS = 60_000;

/** Has removed nothing yet. */
export function createJobRemains({ store, places, records, log, database }: RemainsServices): JobRemains {
  let scrubbedAt = -Infinity;

  const removeAudio = async (row: JobRow): Promise<void> => {
    if (row.audio_files > 0 && (await deleteFiles(row))) await store.audioGone(row.id);
  };

  /** Returns whether this server reaches them. */
  const deleteFiles = async ({ id, audio_store, audio_files }: JobRow): Promise<boolean> => {
    const audio = await places.at(audio_store);
    if (audio === undefined) return false;
    for (let file = 0; file < audio_files; file++) await audio.remove(audioName(id, file));
    return true;
  };

  const scrubSoon = (): void => {
    if (performance.now() - scrubbedAt < SCRUB_MS) return;
    scrubbedAt = performance.now();
    void scrub(database);
  };

  return {
    removeAudio,
    leave: async (row) => {
      const now = await store.find(row.id);
      if (now === undefined) await deleteFiles(row);
      else if (now.ended_at !== null) await removeAudio(now);
    },
    endRecord: async (row, reason) => {
      if (row.origin !== 'upload') return;
      try {
        const { order } = await store.open(row);
        const writer = await records.continue({
          id: row.id,
          actor: { who: order.who, from: order.from },
          groups: groupsOf(row.group_names),
          channels: order.recordedChannels,
          requireHold: () => Promise.resolve(),
        });
        await writer?.close(reason);
      } catch (error) {
        log.unexpected(error, { transcription: row.id });
      }
    },
    forget: async (row) => {
      await removeAudio(row);
      await store.forget(row.id);
      scrubSoon();
    },
    scrubSoon,
  };
}
