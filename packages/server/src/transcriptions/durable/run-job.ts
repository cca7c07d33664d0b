import type { DecoderPool, Recognizer } from '@auscult/asr';
import type { RecordingSettings } from '@auscult/protocol';
import type { Transaction } from 'kysely';
import { groupsOf } from '../../access/identity.js';
import { databaseFailureOf } from '../../db/database-failure.js';
import type { Schema } from '../../db/schema.js';
import { describeForHttp, RequestError } from '../../errors.js';
import { inabilityOf } from '../../model-abilities.js';
import type { RecordStore } from '../../records/record-store.js';
import { carryOut, type Outcome, type TranscriptionServices } from '../carry-out.js';
import type { RecordingSource } from '../recording-source.js';
import { recordUpload } from '../upload-record.js';
import { createFinalsSaver, type FinalsSaver } from './finals-saver.js';
import type { AudioPlaces } from './audio-places.js';
import { usualSeparation } from '../heard-parts.js';
import { AudioAwayError } from './job-audio.js';
import { openJobSource, type JobSource } from './job-source.js';
import { JobLostError, type ClaimedJob, type JobEnd, type JobStore } from './job-store.js';
import { keepRefined } from './keep-refined.js';

/** What a job is carried out with. */
export interface RunServices extends TranscriptionServices {
  readonly store: JobStore;
  readonly places: AudioPlaces;
  readonly records: RecordStore;
  readonly decoders: DecoderPool;
  /** The recognizers, once they are warm. */
  readonly recognizer: () => Recognizer | undefined;
  readonly refiner: () => Recognizer | undefined;
}

/** How the work on a job came to its end here: `interrupted` if somebody else, or nobody, is to go on with it. */
export type RunResult = JobEnd | { readonly status: 'interrupted' };

/** A job that runs. */
export interface RunningJob {
  readonly job: ClaimedJob;
  /** Aborted when it is not to go on here. */
  readonly abort: AbortController;
  /** How much is done, 0 to 1. */
  progress: number;
}

const INTERRUPTED = { status: 'interrupted' } as const;

/**
 * Carries out a job that this server has claimed: what was heard before is not heard again. Its text is in its record once
 * this resolves, but the job itself is not ended.
 */
export async function runJob(services: RunServices, running: RunningJob): Promise<RunResult> {
  const { row, order } = running.job;
  const recognizer = row.origin === 'session' ? services.refiner() : services.recognizer();
  if (recognizer === undefined) return INTERRUPTED;
  const { settings } = order;
  if (settings === undefined) return failed(new RequestError('transcription_outdated'));
  const inability = inabilityOf(recognizer.model, settings);
  if (inability) return failed(new RequestError(inability.code, inability.details));
  let source: JobSource | undefined;
  try {
    const { places, decoders, config } = services;
    const audio = await places.at(row.audio_store);
    if (audio === undefined) return INTERRUPTED;
    const maxSeconds = config.maxRecordingMinutes * 60;
    source = await openJobSource(running.job, {
      audio,
      decoders,
      maxSeconds,
      separation: usualSeparation(settings),
      signal: running.abort.signal,
    });
    const result = await hearAndKeep(services, running, { source, recognizer, settings });
    return source.isDamaged() && result.status === 'failed'
      ? failed(new RequestError('stored_audio_damaged'))
      : result;
  } catch (error) {
    const isPassing = error instanceof AudioAwayError || databaseFailureOf(error) === 'passing';
    if (running.abort.signal.aborted || isPassing) return INTERRUPTED;
    if (!(error instanceof RequestError)) services.log.unexpected(error, { transcription: row.id });
    return failed(error instanceof RequestError ? error : new RequestError('internal_error'));
  } finally {
    await source?.release();
  }
}

interface Hearing {
  readonly source: JobSource;
  readonly recognizer: Recognizer;
  readonly settings: RecordingSettings;
}

async function hearAndKeep(
  services: RunServices,
  running: RunningJob,
  { source, recognizer, settings }: Hearing,
): Promise<RunResult> {
  const { job, abort } = running;
  const { row, order } = job;
  const saver = await startSaver(services, running, recognizer);
  const recorded = await openRecord(services, running, source);
  const keep = recorded?.keep ?? keepingRefined(services, job, recognizer);
  const outcome = await carryOut(
    {
      source: recorded?.source ?? source,
      order: {
        id: row.id,
        recognizer,
        ownership: { tenant: row.tenant, owner: row.owner, groups: groupsOf(row.group_names) },
        settings,
        keyTerms: order.keyTerms,
        commands: order.commands,
        progressOf: saver.progressOf,
        keep: async (transcribed) => {
          // From here on the finals are the same, however often they are written.
          await saver.settled();
          return keep(transcribed);
        },
      },
      abort,
    },
    services,
    (share) => {
      running.progress = share;
    },
  );
  if (outcome.status === 'cancelled') return INTERRUPTED;
  if (outcome.status === 'failed') await recorded?.close('failed');
  return endOf(outcome, row.dropped);
}

function endOf(outcome: Exclude<Outcome, { status: 'cancelled' }>, droppedBefore: number): JobEnd {
  if (outcome.status === 'failed') return outcome;
  const { duration, segments, speakers, damaged, dropped } = outcome.transcribed;
  const transcript = { duration, segments, ...(speakers && { speakers }) };
  return { status: 'done', transcript, damaged, dropped: droppedBefore + dropped };
}

function failed(error: RequestError): JobEnd {
  return { status: 'failed', error: describeForHttp(error.code, error.details, error.explanation) };
}

/** Saves what is heard. If somebody else has taken the job, it is not gone on with. */
async function startSaver(
  { store }: RunServices,
  running: RunningJob,
  { model: { name } }: Recognizer,
): Promise<FinalsSaver> {
  const { job } = running;
  return createFinalsSaver(await store.heardBefore(job, name), async (finals, total) => {
    try {
      await store.save(job, finals, { finals: total, progress: running.progress, attempts: 0 });
    } catch (error) {
      if (error instanceof JobLostError) running.abort.abort();
      throw error;
    }
  });
}

interface Recorded {
  readonly source: RecordingSource;
  readonly keep: ReturnType<typeof recordUpload>['order']['keep'];
  readonly close: (reason: string) => Promise<void>;
}

/** Goes on with the record of an upload, if it has one that was not written to its end. */
async function openRecord(
  services: RunServices,
  { job: { row, order }, abort }: RunningJob,
  source: RecordingSource,
): Promise<Recorded | undefined> {
  if (row.origin !== 'upload') return undefined;
  const writer = await services.records.continue({
    id: row.id,
    actor: { who: order.who, from: order.from },
    groups: groupsOf(row.group_names),
    channels: order.recordedChannels,
    requireHold: (transaction) => requireHold(services, row.id, abort, transaction),
  });
  if (writer === undefined)
    return { source, keep: (transcribed) => Promise.resolve(transcribed), close: () => Promise.resolve() };
  const recorded = recordUpload(source, writer);
  return {
    source: recorded.source,
    keep: async (transcribed) => {
      const kept = await recorded.order.keep(transcribed);
      await writer.close('done');
      return kept;
    },
    close: (reason) => writer.close(reason),
  };
}

async function requireHold(
  { store }: RunServices,
  id: string,
  abort: AbortController,
  transaction: Transaction<Schema>,
): Promise<void> {
  try {
    await store.requireHold(transaction, id);
  } catch (error) {
    if (!(error instanceof JobLostError)) throw error;
    abort.abort();
    throw new RequestError('transcription_cancelled');
  }
}

function keepingRefined(
  { records }: RunServices,
  { row, order }: ClaimedJob,
  { model: { name: model } }: Recognizer,
): Recorded['keep'] {
  const sessionId = row.session_id ?? row.id;
  const actor = { who: order.who, from: order.from };
  const pass = { id: row.id, sessionId, model, startSeconds: order.startSeconds, actor };
  return (transcribed) => keepRefined(records, pass, transcribed);
}
