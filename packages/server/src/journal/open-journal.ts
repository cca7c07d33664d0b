import { join } from 'node:path';
import type { ClusterConnection } from '../cluster/connect-cluster.js';
import type { Config } from '../config/schema.js';
import type { RecordStore } from '../records/record-store.js';
import type { Storage } from '../storage/open-storage.js';
import { measureJournal } from '../telemetry/journal-metrics.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import { createFileJournal } from './file-journal.js';
import type { AudioJournal, JournalFailure } from './journal.js';
import type { StreamJournalOptions } from './stream-journal.js';

/**
 * The journal that the settings ask for: in JetStream if there is a cluster, so that every server of it can go on. Undefined if there
 * is to be none, or no record that could be completed from it.
 */
export async function openJournal(
  config: Config,
  { serverId }: Pick<Storage, 'serverId'>,
  { registry, journal: counted }: Pick<Metrics, 'registry' | 'journal'>,
  connection: ClusterConnection | undefined,
  log: Log,
): Promise<AudioJournal | undefined> {
  if (config.records === 'off' || config.journal === 'off') return undefined;
  const directory = journalDirectory(config);
  const options = {
    serverId,
    onCommit: (seconds: number) => {
      counted.commitSeconds.observe(seconds);
    },
    onTrouble: (failure: JournalFailure | undefined) => {
      if (failure === undefined) {
        log.info('accepted audio is kept again');
        return;
      }
      counted.failures.inc();
      if (connection) log.error(NOT_KEPT_IN_STREAM, { code: failure });
      else log.error(NOT_KEPT, { code: failure, path: directory });
    },
  };
  const journal = connection
    ? await openStreamJournal({ ...options, connection })
    : createFileJournal({ ...options, directory });
  measureJournal([registry], journal.status);
  return journal;
}

/** What JetStream needs is loaded only if there is a cluster. */
async function openStreamJournal(options: StreamJournalOptions): Promise<AudioJournal> {
  const { createStreamJournal } = await import('./stream-journal.js');
  return createStreamJournal(options);
}

/** Records whose destruction also destroys what a journal has of them. */
export function withJournal(records: RecordStore, journal: AudioJournal | undefined): RecordStore {
  if (journal === undefined) return records;
  return {
    ...records,
    destroy: async (...how) => {
      const destroyed = await records.destroy(...how);
      await journal.destroy(destroyed);
      return destroyed;
    },
  };
}

/** The folder of the journals of this machine. */
export function journalDirectory({
  journalDirectory: directory,
  dataDirectory,
}: Pick<Config, 'journalDirectory' | 'dataDirectory'>): string {
  return directory ?? join(dataDirectory, 'journal');
}

/** Logged for the operator, once for each time. */
const NOT_KEPT =
  'ACCEPTED AUDIO CANNOT BE KEPT ON DISK: sessions go on, but what has no text yet would be lost in a crash; free space, or set --journal-directory to another disk';

const NOT_KEPT_IN_STREAM =
  'ACCEPTED AUDIO CANNOT BE KEPT IN JETSTREAM: sessions go on, but what has no text yet would be lost in a crash; see whether NATS is there, and give JetStream more room (max_file_store, or the limits of the account)';
