import type { RecordingSettings } from '@auscult/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { askedHeaders } from '../../compatibility/asked.js';
import type { ParameterWarning } from '../../compatibility/parameters.js';
import { RequestError } from '../../errors.js';
import { runningText, type Transcript } from '../../transcripts/transcript.js';
import type { OpenedRecording, ReceivedRecording } from '../accept-recording.js';
import { refusalOf } from '../answer-errors.js';
import { answerInPieces } from '../answer-in-pieces.js';
import { requestIdOf } from '../request-id.js';
import { transcribeAwaited, type AwaitingServices, type DoneTranscription } from '../transcribe-awaited.js';
import type { UploadLimits } from '../watch-upload.js';
import { openAiError } from './error-answer.js';
import { openAiResponses } from './error-responses.js';
import { createTranscriptStream, type TranscriptStream } from './event-stream.js';
import { openAiParameters, speakersAsked, type OpenAiWishes } from './parameters.js';
import { receiveOpenAiForm, type OpenAiForm } from './receive-form.js';
import { diarizedSegments, formattedPieces, mediaTypeOf } from './transcript-formats.js';

/** The name of the task in errors: what their clients choose to have a translation is the path and the model. */
const TASK_FIELD = 'model';

/** Adds the routes that transcribe and translate recordings. */
export function addTranscribing(app: FastifyInstance, services: AwaitingServices): void {
  addRoute(app, services, {
    path: '/v1/audio/transcriptions',
    summary: 'Transcribe a recording, for clients of OpenAI',
  });
  addRoute(app, services, {
    path: '/v1/audio/translations',
    summary: 'Translate a recording into English, for clients of OpenAI',
    task: 'translate',
  });
}

interface TranscribingRoute {
  readonly path: string;
  readonly summary: string;
  /** The server's own if it is missing. */
  readonly task?: RecordingSettings['task'];
}

function addRoute(
  app: FastifyInstance,
  services: AwaitingServices,
  { path, summary, task }: TranscribingRoute,
): void {
  app.post(
    path,
    {
      config: { action: 'transcription.create', takesForeignCredentials: true },
      schema: {
        summary,
        description:
          'Takes a form as OpenAI does, and answers when the text is there. See docs/compatibility.md for what becomes of each field.',
        consumes: ['multipart/form-data'],
        body: z.object({ file: z.file().meta({ description: 'The recording.' }), ...describedFields() }),
        response: {
          200: {
            description: 'The transcript, in the format that was asked for.',
            content: {
              'application/json': { schema: z.looseObject({ text: z.string() }) },
              'text/plain': { schema: z.string() },
              'text/event-stream': { schema: z.string() },
            },
          },
          ...openAiResponses,
        },
      },
      // The form is read by the handler, part by part.
      validatorCompiler: () => () => true,
    },
    (request, reply) => transcribe(request, reply, services, task),
  );
}

function describedFields(): Readonly<Record<string, z.ZodType>> {
  const fields = Object.entries(openAiParameters).map(([name, { treatment, note }]) => [
    name,
    z
      .string()
      .optional()
      .meta({ description: `${treatment}: ${note}` }),
  ]);
  return Object.fromEntries(fields) as Record<string, z.ZodType>;
}

/** A request that is being answered. */
interface Answering {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly services: AwaitingServices;
  /** Set as soon as the form is received. */
  form: OpenAiForm | undefined;
  /** Set if text is sent while it comes. */
  stream: TranscriptStream | undefined;
}

async function transcribe(
  request: FastifyRequest,
  reply: FastifyReply,
  services: AwaitingServices,
  task: RecordingSettings['task'] | undefined,
): Promise<FastifyReply> {
  const answering: Answering = { request, reply, services, form: undefined, stream: undefined };
  const done = await transcribed(answering, task);
  return done === undefined ? reply : answer(answering, done);
}

/** The transcription when it is done; undefined if it failed, and the client was told so in the stream. */
async function transcribed(
  answering: Answering,
  task: RecordingSettings['task'] | undefined,
): Promise<DoneTranscription | undefined> {
  const { request, services } = answering;
  const receive = async (limits: UploadLimits): Promise<ReceivedRecording> => {
    answering.form = await receiveOpenAiForm(request, limits, task);
    return answering.form.recording;
  };
  try {
    return await transcribeAwaited(request, services, receive, {
      onOpened: (opened) => {
        beginStream(answering, opened);
      },
      onFinal: ({ text }) => answering.stream?.add(text),
    });
  } catch (error) {
    tellFailure(answering, inTheirFields(refusalOf(error, request)));
    return undefined;
  }
}

/** Tells a failure in the stream, if text was sent already; otherwise throws it. */
function tellFailure({ stream, services }: Answering, refusal: RequestError): void {
  if (stream?.isOpen() !== true) {
    stream?.close();
    throw refusal;
  }
  if (refusal.code === 'internal_error') services.log.unexpected(refusal.cause ?? refusal);
  stream.fail(openAiError(refusal.code, refusal.details, refusal.explanation));
}

function beginStream(answering: Answering, { model, warnings }: OpenedRecording): void {
  const { form, request, reply } = answering;
  if (form?.wishes.isStream !== true) return;
  answering.stream = createTranscriptStream(reply, {
    'x-request-id': requestIdOf(request),
    ...askedHeaders(model, [...form.warnings, ...warningsOfTerms(warnings)]),
  });
}

function answer({ form, stream, request, reply }: Answering, done: DoneTranscription): FastifyReply {
  const { transcription, warnings } = done;
  const { format = 'json', granularities = ['segment' as const] } = form?.wishes ?? {};
  const transcript = askedFor(done.transcript, form?.wishes);
  if (stream !== undefined) {
    if (format === 'diarized_json')
      for (const segment of diarizedSegments(transcript)) stream.addSegment(segment);
    stream.finish(runningText(transcript));
    return reply;
  }
  const { model, task, language, damaged } = transcription;
  void reply.headers({
    'x-request-id': requestIdOf(request),
    'openai-processing-ms': String(Math.round(reply.elapsedTime)),
    ...askedHeaders(model, [
      ...(form?.warnings ?? []),
      ...warningsOfTerms(warnings),
      ...(damaged ? [DAMAGED] : []),
    ]),
  });
  const pieces = formattedPieces({ transcript, task, language, granularities }, format);
  return answerInPieces(reply, mediaTypeOf(format), pieces);
}

/** Speakers are told apart by default on some servers, which changes no answer to those who did not ask. */
function askedFor({ speakers, ...transcript }: Transcript, wishes: Partial<OpenAiWishes> = {}): Transcript {
  const isTold = (speakersAsked(wishes) ?? 'off') !== 'off';
  return isTold && speakers !== undefined ? { ...transcript, speakers } : transcript;
}

const DAMAGED: ParameterWarning = {
  parameter: 'file',
  reason: 'it is cut off or damaged, and the text covers only what could be read',
};

function warningsOfTerms(warnings: OpenedRecording['warnings']): readonly ParameterWarning[] {
  return warnings.map(({ message }) => ({ parameter: 'keywords', reason: message }));
}

/** An error that names a setting of ours, by the field of theirs that asked for it. */
function inTheirFields(error: RequestError): RequestError {
  if (error.code !== 'unsupported_task') return error;
  return new RequestError(error.code, { ...error.details, field: TASK_FIELD });
}
