import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { ClusterConnection } from '../cluster/connect-cluster.js';
import { createJournal, recordsOf, type FileJournalOptions } from './file-journal.js';
import { JOURNAL_STREAM, JOURNAL_SUBJECTS } from './journal-stream.js';
import type { AudioJournal } from './journal.js';
import type { JournalledState } from './journalled-session.js';
import { createLeftStreams } from './left-streams.js';
import { createStreamLog } from './stream-log.js';

/** What a journal in JetStream needs. */
export interface StreamJournalOptions extends Pick<
  FileJournalOptions,
  'serverId' | 'onCommit' | 'onTrouble'
> {
  readonly connection: Pick<ClusterConnection, 'nats'>;
}

/** A journal in JetStream, which any server of the cluster can read. Every record is one message, sealed as in files. */
export async function createStreamJournal(options: StreamJournalOptions): Promise<AudioJournal> {
  const { connection, serverId } = options;
  const manager = await jetstreamManager(connection.nats);
  await ensureStream(manager);
  const place = { stream: jetstream(connection.nats), manager, serverId };
  const sessions = new Map<string, JournalledState>();
  const { keyOf, needsAudio, needsDescription } = recordsOf(sessions);
  const audio = createStreamLog(place, keyOf, needsAudio);
  const about = createStreamLog(place, keyOf, needsDescription);
  const left = createLeftStreams(place);
  return { ...createJournal(sessions, { audio, about }, left, options), leftOf: left.of };
}

/** As many copies as a cluster of NATS needs to lose none with one of its servers. */
const COPIES = 3;

async function ensureStream(manager: JetStreamManager): Promise<void> {
  const config = { name: JOURNAL_STREAM, subjects: [`${JOURNAL_SUBJECTS}.>`] };
  try {
    await manager.streams.info(JOURNAL_STREAM);
  } catch {
    // A NATS of one server, or of two, cannot keep so many copies.
    await manager.streams
      .add({ ...config, num_replicas: COPIES })
      .catch(() => manager.streams.add({ ...config, num_replicas: 1 }));
  }
}
