import { join } from 'node:path';
import { createDecoderPool, type DecoderPool } from '@auscult/asr';
import { createAccess, type Access } from './access/access.js';
import { checkAccessKey } from './access/check-access-key.js';
import { accessSeal } from './access/seal.js';
import { changeOf } from './audit/configuration-change.js';
import { createBackgroundWork, type BackgroundWork } from './background-work.js';
import { enterCluster, type Cluster } from './cluster/cluster.js';
import type { ClusterConnection } from './cluster/connect-cluster.js';
import { createSharedFailures } from './cluster/shared-failures.js';
import type { Config } from './config/schema.js';
import { spoolFolder } from './config/spool-folder.js';
import { createOriginPolicy, type OriginPolicy } from './http/origins.js';
import { createTls, type ServerTls } from './http/tls.js';
import { openSharedKeyTerms, type SharedKeyTerms } from './key-terms/shared-key-terms.js';
import type { AudioJournal } from './journal/journal.js';
import { openJournal, withJournal } from './journal/open-journal.js';
import { createSessions, type Sessions } from './live/sessions.js';
import { createTextReader, type TextReader } from './reading/text-reader.js';
import type { Recognition } from './recognition.js';
import type { Recognizers } from './recognizers.js';
import { createRecovery, type Recovery } from './recovery/recovery.js';
import { openStorage, type Storage } from './storage/open-storage.js';
import { measureEvidence } from './telemetry/evidence-metrics.js';
import type { Log } from './telemetry/log.js';
import { tracedLog } from './telemetry/traced-log.js';
import { openTracing } from './telemetry/tracing/open-tracing.js';
import type { Tracing } from './telemetry/tracing/tracing.js';
import type { Metrics } from './telemetry/metrics.js';
import { measureSurroundings } from './telemetry/measure-surroundings.js';
import { createAudioPlaces, type AudioPlaces } from './transcriptions/durable/audio-places.js';
import { createFileAudio } from './transcriptions/durable/file-audio.js';
import { createJobStore } from './transcriptions/durable/job-store.js';
import { createTranscriptions, type Transcriptions } from './transcriptions/transcriptions.js';
import { measureVerification } from './verify/verification-metrics.js';
import { serverVersion } from './version.js';

/** What a server is made of, besides the routes. */
export interface AppParts {
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  readonly metrics: Metrics;
  /** Undefined if no collector is set. */
  readonly tracing: Tracing | undefined;
  readonly recognizers: Recognizers;
  readonly sessions: Sessions;
  readonly transcriptions: Transcriptions;
  readonly decoders: DecoderPool;
  readonly origins: OriginPolicy;
  readonly tls: ServerTls | undefined;
  /** Reads large texts on a thread of its own. */
  readonly reader: TextReader;
  readonly keyTerms: SharedKeyTerms;
  readonly storage: Storage;
  /** Whether a row was met that somebody else than a server wrote. */
  readonly hasRefusedRows: () => boolean;
  readonly access: Access;
  /** Undefined for a server that works alone. */
  readonly cluster: Cluster | undefined;
  readonly background: BackgroundWork;
  /** Keeps accepted audio until its text is recorded; undefined if nothing does. */
  readonly journal: AudioJournal | undefined;
  readonly recovery: Recovery | undefined;
  /** Aborted once the server takes nothing new. */
  readonly draining: AbortController;
}

/** How many uploads are decoded up to their first sound at a time, each for a fraction of a second. */
const LOOKS_AT_A_TIME = 2;

/** Makes the other parts. Nothing of them runs in the background yet. */
export async function createAppParts(
  config: Config,
  { recognizers, metrics, warmUp }: Recognition,
  untraced: Log,
  connection?: ClusterConnection,
): Promise<AppParts> {
  const tracing = await openTracing(config, 'serve', untraced);
  const log = tracedLog(untraced, tracing);
  const decoders = createDecoderPool({ looks: LOOKS_AT_A_TIME, reads: config.transcriptionsAtATime });
  const origins = createOriginPolicy(config);
  const tls = createTls(config, log);
  const reader = createTextReader();
  const keyTerms = await openSharedKeyTerms(config, log, reader, () => {
    noteRead('keyTermsDirectory');
  });
  let hasRefusedRows = false;
  const opened = await openStorage(config, log, {
    onRefused: ({ table, refusal }) => {
      hasRefusedRows = true;
      metrics.rowsRefused.inc({ table, reason: refusal });
    },
    onCommitted: (seconds) => {
      metrics.commitSeconds.observe(seconds);
    },
  });
  const enter = async (): Promise<Cluster | undefined> => {
    const accessKey = await checkAccessKey(opened.database, config);
    if (accessKey === 'missing' || accessKey === 'other')
      log.error(NO_CODES, { code: `access_key_${accessKey}` });
    return enterCluster(connection, config, opened.masterKeys, log);
  };
  const cluster = await enter().catch(async (error: unknown) => {
    await opened.close();
    throw error;
  });
  const journal = await openJournal(config, opened, metrics, cluster?.connection, log);
  const storage = { ...opened, records: withJournal(opened.records, journal) };
  const noteRead = (setting: keyof Config): void => {
    storage.audit.append(changeOf(setting, 'the file was read again')).catch((error: unknown) => {
      log.unexpected(error);
    });
  };
  tls?.onRenewed((changed) => {
    for (const setting of changed) noteRead(setting);
  });
  const recovery =
    journal &&
    createRecovery({
      config,
      journal,
      records: storage.records,
      keyTerms,
      reader,
      log,
      tracing,
      serverId: storage.serverId,
      recognizer: async () => {
        await warmUp();
        const recognizer = recognizers.recognizer();
        if (recognizer === undefined) throw new TypeError('recognition is warm without a recognizer');
        return recognizer;
      },
      onRecovered: (seconds) => {
        metrics.journal.recoveredSeconds.inc(seconds);
      },
    });
  const transcriptions = await openTranscriptions({
    config,
    log,
    metrics,
    tracing,
    storage,
    decoders,
    recognizers,
    cluster,
  });
  const background = createBackgroundWork(config, storage, recovery, log);
  measureVerification(metrics.registry, background.verification);
  measureEvidence(metrics.registry, storage.audit.evidence);
  measureSurroundings(metrics.registry, config, storage);
  return {
    config,
    log,
    version: serverVersion(),
    metrics,
    tracing,
    recognizers,
    sessions: createSessions(),
    transcriptions,
    decoders,
    origins,
    tls,
    reader,
    keyTerms,
    storage,
    hasRefusedRows: () => hasRefusedRows,
    access: createAccess({
      ...storage,
      config,
      log,
      seal: accessSeal(config),
      origins,
      shareFailures:
        cluster && createSharedFailures(cluster.connection.nats, cluster.membership.instance).share,
    }),
    cluster,
    background,
    journal,
    recovery,
    draining: new AbortController(),
  };
}

const NO_CODES =
  'NOBODY CAN LOG IN WITH AN AUTHENTICATOR HERE: access.key in the data directory is not the one that their secrets are sealed with; copy it from the server where they log in, or restore it from a backup';

/** What transcriptions are opened over. */
type TranscriptionPlace = Pick<
  AppParts,
  'config' | 'log' | 'metrics' | 'tracing' | 'storage' | 'decoders' | 'recognizers' | 'cluster'
>;

/** Transcriptions over the storage, with their audio in the spool, or in JetStream where servers share that. */
async function openTranscriptions(parts: TranscriptionPlace): Promise<Transcriptions> {
  const { config, storage, recognizers } = parts;
  return createTranscriptions({
    ...parts,
    database: storage.database,
    records: storage.records,
    store: createJobStore({
      ...storage,
      retentionMs: config.transcriptionRetentionMinutes * 60_000,
    }),
    places: await openAudioPlaces(parts),
    recognizer: recognizers.recognizer,
    refiner: recognizers.refiner,
  });
}

async function openAudioPlaces({
  config,
  cluster,
}: Pick<TranscriptionPlace, 'config' | 'cluster'>): Promise<AudioPlaces> {
  const folder = spoolFolder(config);
  const files = createFileAudio(join(folder, 'jobs'));
  if (cluster === undefined) return createAudioPlaces(files);
  const { createObjectAudio } = await import('./transcriptions/durable/object-audio.js');
  return createAudioPlaces(createObjectAudio(cluster.connection.nats, folder), [files]);
}
