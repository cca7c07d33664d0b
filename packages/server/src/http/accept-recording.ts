import { randomUUID } from 'node:crypto';
import { SpeechError, type DecoderPool, type Recognizer } from '@auscult/asr';
import { recordingSettings, type RecordingSettings } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { requireIdentity } from '../access/guard.js';
import { ownershipOf, shareOf } from '../access/identity.js';
import type { Asked } from '../compatibility/asked.js';
import { settingsByDefault } from '../config/recognition.js';
import type { Config } from '../config/schema.js';
import { spoolFolder } from '../config/spool-folder.js';
import { recordingErrorOf, recordingExplanationOf, RequestError } from '../errors.js';
import type { AcceptedKeyTerms } from '../key-terms/accept-key-terms.js';
import type { SharedKeyTerms } from '../key-terms/shared-key-terms.js';
import { inabilityOf, settingsInForce } from '../model-abilities.js';
import type { TextReader } from '../reading/text-reader.js';
import type { RecordStore } from '../records/record-store.js';
import { clientOf, describedBy } from '../records/recorded-settings.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import { createSealedFile, removedBy, type SealedFile } from '../storage/sealed-file.js';
import type { Log } from '../telemetry/log.js';
import { usualSeparation } from '../transcriptions/heard-parts.js';
import type { ArrivingJob } from '../transcriptions/durable/arriving-jobs.js';
import { recordingTooLong, type ChannelFinal } from '../transcriptions/transcribe-source.js';
import type { Transcription, TranscriptionOrder } from '../transcriptions/transcription.js';
import type { Place, Transcriptions } from '../transcriptions/transcriptions.js';
import { recordUpload } from '../transcriptions/upload-record.js';
import { openUpload, type OpenedUpload, type UploadedFile } from '../transcriptions/upload-source.js';
import type { Upload } from './receive-upload.js';
import { failOnDisk } from './store-upload.js';
import type { UploadLimits } from './watch-upload.js';

/** What is needed to take recordings. */
export interface RecordingServices {
  readonly config: Config;
  readonly log: Log;
  readonly records: RecordStore;
  readonly transcriptions: Transcriptions;
  readonly decoders: DecoderPool;
  readonly keyTerms: SharedKeyTerms;
  readonly reader: TextReader;
  /** The recognizer, once it is warm. */
  readonly recognizer: () => Recognizer | undefined;
  /** Aborted when the server begins to shut down. */
  readonly draining: AbortSignal;
}

/** A recording that was received, and how it is to be read. */
export interface ReceivedRecording extends Omit<Upload, 'file'> {
  readonly file: UploadedFile;
  /** Whether each of two channels is to be heard by itself, unless they hold the same speech. */
  readonly isMultichannel?: boolean;
  /** What else was asked for, if the client was written for another service. */
  readonly foreign?: Asked;
}

/** What whoever waits for the text wants besides it. */
export interface Awaited {
  /** Called for each final that will not change any more, once it is recorded; see `TranscriptionOrder`. */
  readonly onFinal?: (final: ChannelFinal) => void;
  /** Called when the transcription has ended. */
  readonly onEnd: (transcription: Transcription) => void;
  /** Id of the transcription, a UUID. */
  readonly id: string;
  /** Called before there is any text. Throws a `RequestError` if the recording must not be transcribed. */
  readonly onOpened?: (opened: OpenedRecording) => void;
}

/** A recording that is about to be transcribed. */
export interface OpenedRecording
  extends Pick<OpenedUpload, 'channelsInFile'>, Pick<AcceptedKeyTerms, 'warnings'> {
  /** How many channels or tracks are heard, each by itself. */
  readonly channelsHeard: number;
  /** Name of the model that will hear it. */
  readonly model: string;
}

/** The transcription of an accepted recording, and the warnings for its sender. */
export type AcceptedRecording = { readonly transcription: Transcription } & Pick<
  AcceptedKeyTerms,
  'warnings'
>;

/** When a client may ask again, seconds. */
const RETRY_AFTER = { start: 5, room: 30 } as const;

/** How long the rest of a refused upload is read and discarded, so that its sender reads the answer, milliseconds. */
const LINGER_MS = 2000;

/** A recording of up to this length is an utterance for which somebody may be waiting, seconds. */
const BRIEF_SECONDS = 30;

/**
 * Receives a recording, and accepts it if there is room; `receive` writes what a request brings to disk. With `awaited`,
 * somebody waits for the text: if the recording is short, it goes before other recordings as long as live speech does not
 * suffer.
 */
export async function acceptRecording(
  request: FastifyRequest,
  services: RecordingServices,
  receive: (limits: UploadLimits) => Promise<ReceivedRecording>,
  awaited?: Awaited,
): Promise<AcceptedRecording> {
  try {
    return await accept(request, services, receive, awaited);
  } catch (error) {
    if (!request.raw.complete) lingerWhileSent(request);
    throw error;
  }
}

async function accept(
  request: FastifyRequest,
  services: RecordingServices,
  receive: (limits: UploadLimits) => Promise<ReceivedRecording>,
  awaited: Awaited | undefined,
): Promise<AcceptedRecording> {
  const { config, draining } = services;
  if (draining.aborted) throw new RequestError('draining');
  const recognizer = services.recognizer();
  if (recognizer === undefined) throw new RequestError('not_ready', {}, RETRY_AFTER.start);
  const place = await services.transcriptions.reserve(ownershipOf(requireIdentity(request)));
  if (place === undefined) throw new RequestError('too_many_transcriptions', {}, RETRY_AFTER.room);
  const gone = new AbortController();
  const leave = (): void => {
    gone.abort();
  };
  request.raw.socket.once('close', leave);
  if (request.raw.socket.destroyed) leave();
  let arriving: ArrivingJob | undefined;
  const createKept = async (): Promise<SealedFile> => {
    arriving = await services.transcriptions.arrive({
      ownership: ownershipOf(requireIdentity(request)),
      origin: 'upload',
      files: 1,
    });
    return fileOf(arriving);
  };
  try {
    const received = await receive({
      createFile: awaited ? () => createSealedFile(spoolFolder(config)) : createKept,
      maxBytes: config.maxUploadBytes,
      idleSeconds: config.idleTimeoutSeconds,
      signal: draining,
      place,
    });
    return await submit(received, place, {
      request,
      services,
      recognizer,
      awaited,
      arriving,
      gone: gone.signal,
    });
  } finally {
    request.raw.socket.off('close', leave);
    place.leave();
  }
}

/** The request that brought a recording, and what is needed to transcribe it. */
interface Submission {
  readonly request: FastifyRequest;
  readonly services: RecordingServices;
  readonly recognizer: Recognizer;
  readonly awaited: Awaited | undefined;
  /** What it becomes unless somebody waits for it. */
  readonly arriving: ArrivingJob | undefined;
  /** Aborted when its sender hangs up. */
  readonly gone: AbortSignal;
}

/** Opens a received recording, begins its record, and orders its transcription. */
async function submit(
  received: ReceivedRecording,
  place: Place,
  submission: Submission,
): Promise<AcceptedRecording> {
  const { request, services, recognizer, awaited, arriving, gone } = submission;
  const { config } = services;
  const settings = { ...recordingSettings.parse(settingsByDefault(config)), ...received.asked };
  const who = requireIdentity(request);
  try {
    const inability = inabilityOf(recognizer.model, settings);
    if (inability) throw new RequestError(inability.code, inability.details);
    const { terms: keyTerms, warnings } = await services.reader.accept(
      who,
      received.keyTerms,
      services.keyTerms.of(who.tenant),
      settings.language,
    );
    const maxSeconds = config.maxRecordingMinutes * 60;
    const source = await openUpload(received.file, {
      decoders: services.decoders,
      key: `${who.tenant}/${who.subject}`,
      maxSeconds,
      ...(awaited && { keepUpToSeconds: BRIEF_SECONDS }),
      separation: received.isMultichannel === true ? 'channels' : usualSeparation(settings),
      signal: gone,
    });
    if ((source.audioSeconds ?? 0) > maxSeconds) throw recordingTooLong(maxSeconds);
    const { channelsInFile, channels } = source;
    const channelsHeard = channels.length;
    awaited?.onOpened?.({ channelsInFile, channelsHeard, warnings, model: recognizer.model.name });
    if (services.draining.aborted) throw new RequestError('draining');
    const id = awaited?.id ?? arriving?.id ?? randomUUID();
    request.trace?.began(id);
    const writer = await openRecord(id, source, settings, received, submission);
    const transcription = arriving
      ? await keepForLater(arriving, source, writer, { settings, keyTerms }, submission)
      : transcribeNow(id, place, source, writer, { settings, keyTerms }, submission);
    return { transcription, warnings };
  } catch (error) {
    await received.file.remove();
    if (gone.aborted) throw new RequestError('broken_upload');
    if (error instanceof SpeechError && error.code === 'closed') throw new RequestError('draining');
    throw error instanceof SpeechError ? refusalOf(error) : storageRefusalOf(error);
  }
}

/** How a recording is to be heard. */
type Hearing = Pick<TranscriptionOrder, 'settings' | 'keyTerms'>;

/** Has a recording transcribed by this server, for whoever waits for it. */
function transcribeNow(
  id: string,
  place: Place,
  source: OpenedUpload,
  writer: SessionRecordWriter,
  hearing: Hearing,
  { request, services, recognizer, awaited }: Submission,
): Transcription {
  const ownership = ownershipOf(requireIdentity(request));
  const recorded = recordUpload(source, writer, (error) => {
    services.log.unexpected(error, { transcription: id });
  });
  return place.submit(recorded.source, {
    id,
    recognizer,
    ownership,
    ...hearing,
    ...(awaited && { isUrgent: source.isKept && recognizer.admission(shareOf(ownership)).admitted }),
    ...orderOf(recorded.order, awaited),
  });
}

/** Keeps a recording to be transcribed in its turn, whatever happens to this server; then its record is written on. */
async function keepForLater(
  arriving: ArrivingJob,
  source: OpenedUpload,
  writer: SessionRecordWriter,
  hearing: Hearing,
  { request, services, recognizer }: Submission,
): Promise<Transcription> {
  const { tenant, subject, kind, role } = requireIdentity(request);
  try {
    const transcription = await arriving.submit({
      order: {
        ...hearing,
        who: { tenant, subject, kind, role },
        from: request.ip,
        startSeconds: 0,
        recordedChannels: source.channels.length,
      },
      model: recognizer.model.name,
      audioSeconds: source.audioSeconds,
    });
    services.records.handOver(arriving.id);
    return transcription;
  } catch (error) {
    await writer.close('failed');
    return failOnDisk(error);
  }
}

/** The file of a job, which is gone with the job. */
function fileOf(arriving: ArrivingJob): SealedFile {
  const [file] = arriving.files;
  if (file === undefined) throw new TypeError('a job without a file');
  return removedBy(file, arriving.abandon);
}

/** Where the results go: into the record, then to whoever waits for them. */
function orderOf(
  record: ReturnType<typeof recordUpload>['order'],
  awaited: Awaited | undefined,
): Pick<TranscriptionOrder, 'keep' | 'onFinal' | 'onEnd'> {
  const { onFinal } = awaited ?? {};
  return {
    keep: record.keep,
    ...(onFinal && {
      onFinal: async (final) => {
        await record.keepFinal(final);
        onFinal(final);
      },
    }),
    onEnd: (transcription) => {
      record.onEnd(transcription);
      awaited?.onEnd(transcription);
    },
  };
}

/** Begins the record of a transcription. If that fails, the transcription is not begun either. */
function openRecord(
  id: string,
  { channels }: OpenedUpload,
  settings: RecordingSettings,
  { keyTerms, foreign }: ReceivedRecording,
  { request, services, recognizer }: Submission,
): Promise<SessionRecordWriter> {
  const who = requireIdentity(request);
  return services.records.open({
    id,
    kind: 'upload',
    actor: { who, from: request.ip },
    groups: who.groups,
    model: recognizer.model.name,
    description: describedBy(
      { ...settingsInForce(services.config, settings), channels: channels.length },
      { keyTerms, client: clientOf(request), asked: foreign },
    ),
  });
}

function refusalOf(error: SpeechError): RequestError {
  const details = { field: 'file' };
  return new RequestError(
    recordingErrorOf(error),
    details,
    undefined,
    { cause: error },
    recordingExplanationOf(error),
  );
}

/** The file may find no room even when its last bytes are synced, or sent to where other servers reach it. */
function storageRefusalOf(error: unknown): unknown {
  if (error instanceof RequestError || recordingErrorOf(error) !== 'storage_full') return error;
  return new RequestError('storage_full', {}, undefined, { cause: error });
}

/**
 * Keeps reading for a while: a client that is answered while it still sends often loses the answer with its
 * connection.
 */
export function lingerWhileSent({ raw }: FastifyRequest): void {
  raw.unpipe();
  raw.resume();
  const timer = setTimeout(() => raw.destroy(), LINGER_MS);
  raw.once('close', () => {
    clearTimeout(timer);
  });
}
