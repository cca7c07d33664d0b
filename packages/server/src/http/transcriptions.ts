import multipart from '@fastify/multipart';
import { knownSpeaker, speakerNumber, transcriptionTask, warningMessage, word } from '@auscult/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import Negotiator from 'negotiator';
import { z } from 'zod';
import { requireIdentity, type Guard } from '../access/guard.js';
import { isPermitted, type Action } from '../access/permissions.js';
import type { AuditLog } from '../audit/audit-log.js';
import { errorDescription, errorResponses, RequestError } from '../errors.js';
import { labelledTranscript } from '../records/labelled-transcript.js';
import type { Transcription } from '../transcriptions/transcription.js';
import { transcriptPieces, TRANSCRIPT_FORMATS, type TranscriptFormat } from '../transcripts/format.js';
import { threeDecimals, type Transcript } from '../transcripts/transcript.js';
import { acceptRecording, type RecordingServices } from './accept-recording.js';
import { answerInPieces } from './answer-in-pieces.js';
import { locationOf } from './location.js';
import { receiveUpload, uploadFields } from './receive-upload.js';

/** What the routes need from the server. */
export interface TranscriptionRoutes extends RecordingServices {
  readonly guard: Guard;
  readonly audit: AuditLog;
}

const PATH = '/api/v1/transcriptions';

/** When a client may ask for a result again, seconds. */
const RETRY_AFTER_SECONDS = 5;

const MEDIA_TYPES: Readonly<Record<TranscriptFormat, string>> = {
  json: 'application/json',
  text: 'text/plain',
  srt: 'application/x-subrip',
  vtt: 'text/vtt',
};

const transcriptionBody = z.object({
  id: z.string(),
  origin: z.enum(['upload', 'session']).meta({
    description: '`session` for the second pass of a live session.',
  }),
  sessionId: z.string().optional().meta({ description: 'The live session, for a second pass.' }),
  status: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  progress: z.number().min(0).max(1),
  audioSeconds: z.number().min(0).optional().meta({ description: 'Length, as soon as it is known.' }),
  model: z.string(),
  language: z.string(),
  task: transcriptionTask,
  words: z.boolean(),
  damaged: z.boolean().meta({
    description:
      'Whether the recording is cut off or damaged, or could not all be read: the text then covers only what was heard.',
  }),
  dropped: z.int().min(0).meta({
    description:
      'How often words that the model gave for an utterance were left out of the text, because they seemed invented, were a loop, or were different when they were heard again; see `auscult_words_dropped_total`.',
  }),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  expiresAt: z.iso.datetime().optional().meta({ description: 'When it is forgotten, with its result.' }),
  error: errorDescription.optional().meta({ description: 'Why there is no result.' }),
});

const acceptedBody = transcriptionBody.extend({
  warnings: z
    .array(warningMessage.omit({ type: true }))
    .optional()
    .meta({
      description: 'What is done differently from what was asked for; see the warnings in docs/protocol.md.',
    }),
});

const transcriptBody = z.object({
  id: z.string(),
  text: z.string(),
  duration: z.number().min(0).meta({ description: 'Seconds of audio.' }),
  speakers: z.array(knownSpeaker).optional().meta({
    description: 'Everybody who speaks, if `speakers` was asked for. Each segment is then of one speaker.',
  }),
  segments: z.array(
    z.object({
      start: z.number().meta({ description: 'Seconds since the beginning.' }),
      end: z.number(),
      text: z.string(),
      spoken: z
        .string()
        .optional()
        .meta({ description: 'What was said, if the text is written differently.' }),
      confidence: z.number().min(0).max(1),
      channel: z.int().min(0).optional().meta({
        description:
          'For sessions of two channels, and recordings of several tracks that were heard separately.',
      }),
      speaker: speakerNumber
        .optional()
        .meta({ description: 'Who said it, if `speakers` was asked for and it can be told.' }),
      words: z.array(word).optional(),
    }),
  ),
});

const params = z.object({ id: z.string() });

/** Adds the routes under `/api/v1/transcriptions`. */
export async function registerTranscriptions(
  app: FastifyInstance,
  services: TranscriptionRoutes,
): Promise<void> {
  await app.register(async (scope) => {
    // Without parsers, the upload route itself answers a body that is not a form, whatever its content type.
    scope.removeAllContentTypeParsers();
    await scope.register(multipart);
    scope.addHook('preValidation', (_request, reply, done) => {
      void reply.header('cache-control', 'no-store');
      done();
    });
    addUpload(scope, services);
    addInspection(scope, services);
    addResult(scope, services);
  });
}

function addUpload(app: FastifyInstance, services: TranscriptionRoutes): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    PATH,
    {
      config: { action: 'transcription.create' },
      schema: {
        summary: 'Transcribe a recording',
        description:
          'Takes a form with one file: WAV, FLAC, MP3, Ogg/Opus, Ogg/Vorbis, WebM/Opus, and most others where ffmpeg is installed. ' +
          'Its channels are mixed to one, and so are its tracks unless each has speech of its own; with `speakers`, the two channels of ' +
          'a recording are treated as tracks are, and each is a speaker. The answer comes once the recording is kept on disk and found to hold sound; ' +
          'it is transcribed afterwards, after all live speech, even if the server is restarted meanwhile. If the server keeps records, the text becomes the ' +
          'record of a session with the same id before it can be fetched here.',
        consumes: ['multipart/form-data'],
        body: z.object({ file: z.file().meta({ description: 'The recording.' }), ...uploadFields }),
        response: {
          202: acceptedBody,
          ...errorResponses(
            'idle_timeout',
            'upload_too_large',
            'form_expected',
            'unreadable_audio',
            'decoder_failed',
            'too_many_transcriptions',
            'storage_full',
          ),
        },
      },
      // The form is read by the handler, part by part.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const { transcription, warnings } = await acceptRecording(request, services, (limits) =>
        receiveUpload(request, limits, (text) => services.reader.keyTerms(requireIdentity(request), text)),
      );
      void reply.code(202).header('location', locationOf(request, PATH, transcription.id));
      return { ...bodyOf(transcription), ...(warnings.length > 0 && { warnings: [...warnings] }) };
    },
  );
}

function addInspection(app: FastifyInstance, services: TranscriptionRoutes): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    PATH,
    {
      config: { action: 'transcription.list' },
      schema: {
        summary: 'List transcriptions',
        description:
          'Transcriptions that wait, run, or ended not long ago, the newest first, without their text.',
        response: {
          200: z.object({ transcriptions: z.array(transcriptionBody) }),
        },
      },
    },
    async (request) => {
      const identity = requireIdentity(request);
      const all = await services.transcriptions.list(identity.tenant);
      const visible = all.filter(({ ownership }) => isPermitted('transcription.list', identity, ownership));
      return { transcriptions: visible.map(bodyOf) };
    },
  );
  routes.get(
    `${PATH}/:id`,
    {
      config: { action: 'transcription.read' },
      schema: {
        summary: 'How far a transcription has come',
        params,
        response: { 200: transcriptionBody, ...errorResponses('transcription_not_found') },
      },
    },
    async (request) => {
      const { transcription } = await found(services, request, 'transcription.read', request.params.id);
      return bodyOf(transcription);
    },
  );
  routes.delete(
    `${PATH}/:id`,
    {
      config: { action: 'transcription.delete' },
      schema: {
        summary: 'Cancel or forget a transcription',
        description:
          'A transcription that waits or runs is cancelled; one that has ended is forgotten with its result. ' +
          'Its record stays: to delete that, delete the session with the same id.',
        params,
        response: { 204: z.null(), ...errorResponses('transcription_not_found') },
      },
    },
    async (request, reply) => {
      const { transcription } = await found(services, request, 'transcription.delete', request.params.id);
      await services.transcriptions.remove(transcription.id);
      void reply.code(204);
      return null;
    },
  );
}

function addResult(app: FastifyInstance, services: TranscriptionRoutes): void {
  const text = z.string();
  app.withTypeProvider<ZodTypeProvider>().get(
    `${PATH}/:id/result`,
    {
      config: { action: 'transcript.read' },
      schema: {
        summary: 'What was said',
        description:
          'The transcript, in the format of the query, or else in the first format that the request accepts. If speakers were told ' +
          'apart, it has the names, roles and corrections of speakers that people have given in its record since.',
        params,
        querystring: z.object({ format: z.enum(TRANSCRIPT_FORMATS).optional() }),
        response: {
          200: {
            description: 'The transcript.',
            content: {
              [MEDIA_TYPES.json]: { schema: transcriptBody },
              [MEDIA_TYPES.text]: { schema: text },
              [MEDIA_TYPES.srt]: { schema: text },
              [MEDIA_TYPES.vtt]: { schema: text },
            },
          },
          ...errorResponses(
            'transcription_not_found',
            'not_acceptable',
            'transcription_not_done',
            'record_damaged',
          ),
        },
      },
    },
    async (request, reply) => {
      const format = request.query.format ?? acceptedFormat(request, reply);
      const { transcription, reason } = await found(services, request, 'transcript.read', request.params.id);
      const { id, sessionId, words } = transcription;
      if (await services.records.isDestroyed(sessionId ?? id)) {
        await services.transcriptions.remove(id);
        throw new RequestError('transcription_not_found');
      }
      const transcript = transcriptIn(await services.transcriptions.read(id));
      await services.audit.append({
        action: 'record.read',
        outcome: 'success',
        who: requireIdentity(request),
        from: request.ip,
        what: sessionId ?? id,
        reason,
      });
      const told = await withSpeakers(transcript, sessionId ?? id, services);
      const pieces = transcriptPieces(told, format, { about: { id }, words });
      return answerInPieces(reply, MEDIA_TYPES[format], pieces);
    },
  );
}

/** With what people have said of speakers in the record, if there is one. */
async function withSpeakers(
  transcript: Transcript,
  recordId: string,
  { records }: TranscriptionRoutes,
): Promise<Transcript> {
  const labels = transcript.speakers && (await records.speakers(recordId));
  return labels === undefined ? transcript : labelledTranscript(transcript, labels);
}

function acceptedFormat(request: FastifyRequest, reply: FastifyReply): TranscriptFormat {
  void reply.header('vary', 'Accept');
  const offered = (['json', 'text', 'srt', 'vtt'] as const).map((format) => MEDIA_TYPES[format]);
  const [accepted] = new Negotiator(request.raw).mediaTypes(offered);
  const format = TRANSCRIPT_FORMATS.find((candidate) => MEDIA_TYPES[candidate] === accepted);
  if (format === undefined)
    throw new RequestError('not_acceptable', { field: 'Accept', limit: `one of ${offered.join(', ')}` });
  return format;
}

/**
 * Finds a transcription. Somebody else's is treated as if it had never existed. `reason` is why somebody may read it in an
 * emergency.
 */
async function found(
  { transcriptions, guard }: TranscriptionRoutes,
  request: FastifyRequest,
  action: Action,
  id: string,
): Promise<{ readonly transcription: Transcription; readonly reason: string | undefined }> {
  const transcription = await transcriptions.find(id);
  if (transcription === undefined) throw new RequestError('transcription_not_found');
  const { ownership } = transcription;
  const reason = await guard.authorise(request, action, ownership, 'transcription_not_found', id);
  return { transcription, reason };
}

function transcriptIn(transcription: Transcription | undefined): Transcript {
  if (transcription === undefined) throw new RequestError('transcription_not_found');
  const { status, transcript } = transcription;
  if (transcript !== undefined) return transcript;
  if (status === 'failed') throw new RequestError('transcription_failed');
  if (status === 'cancelled') throw new RequestError('transcription_cancelled');
  throw new RequestError('transcription_not_done', {}, RETRY_AFTER_SECONDS);
}

function bodyOf(transcription: Transcription): z.output<typeof transcriptionBody> {
  const { id, origin, sessionId, status, progress, audioSeconds, error } = transcription;
  const { model, language, task, words, damaged, dropped } = transcription;
  const { createdAt, startedAt, endedAt, expiresAt } = transcription;
  return {
    id,
    origin,
    sessionId,
    status,
    progress: threeDecimals(progress),
    audioSeconds: audioSeconds === undefined ? undefined : threeDecimals(audioSeconds),
    model,
    language,
    task,
    words,
    damaged,
    dropped,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString(),
    endedAt: endedAt?.toISOString(),
    expiresAt: expiresAt?.toISOString(),
    error,
  };
}
