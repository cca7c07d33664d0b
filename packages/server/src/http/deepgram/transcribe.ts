import type { ModelDescription } from '@auscult/asr';
import type { RecordingSettings } from '@auscult/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { askedHeaders, LONGEST_MODEL_NAME } from '../../compatibility/asked.js';
import { deepgramErrorBody } from '../../compatibility/deepgram/error-answer.js';
import { deepgramModel } from '../../compatibility/deepgram/model-info.js';
import { speakersAsked } from '../../compatibility/deepgram/parameters.js';
import { sentTerms } from '../../compatibility/key-terms.js';
import type { ParameterWarning } from '../../compatibility/parameters.js';
import { parametersOfQuery, readParameters } from '../../compatibility/read-parameters.js';
import { RequestError } from '../../errors.js';
import { jsonPieces } from '../../json-pieces.js';
import { mostFrequentLanguage } from '../../transcripts/language.js';
import type { OpenedRecording, ReceivedRecording } from '../accept-recording.js';
import { answerInPieces } from '../answer-in-pieces.js';
import { receiveRecording } from '../receive-recording.js';
import { requestIdOf } from '../request-id.js';
import { transcribeAwaited, type AwaitingServices, type DoneTranscription } from '../transcribe-awaited.js';
import type { UploadLimits } from '../watch-upload.js';
import { recordingParameters, type RecordingWishes } from './parameters.js';
import { withHeader } from './raw-audio.js';
import { transcriptAnswer } from './transcript-answer.js';

/** The statuses of answers that are errors. Each is described here, so that none is described in another form. */
const STATUSES = [400, 401, 403, 404, 408, 413, 429, 500, 503, 507] as const;

/** Adds the route that transcribes recordings for clients of Deepgram. */
export function addTranscribing(app: FastifyInstance, services: AwaitingServices): void {
  app.post(
    '/v1/listen',
    {
      config: { action: 'transcription.create', takesForeignCredentials: true },
      schema: {
        summary: 'Transcribe a recording, for clients of Deepgram',
        description:
          'Takes the recording as the body, and answers when the text is there. See docs/compatibility.md for what becomes of each parameter of the query.',
        consumes: ['application/octet-stream'],
        querystring: z.object(describedParameters()),
        response: {
          200: z.looseObject({ metadata: z.looseObject({}), results: z.looseObject({}) }),
          ...Object.fromEntries(STATUSES.map((status) => [status, deepgramErrorBody])),
        },
      },
      // The query is read by the handler, by the table of parameters.
      validatorCompiler: () => () => true,
    },
    (request, reply) => transcribe(request, reply, services),
  );
}

function describedParameters(): Readonly<Record<string, z.ZodType>> {
  const described = Object.entries(recordingParameters).map(([name, { treatment, note }]) => [
    name,
    z
      .string()
      .optional()
      .meta({ description: `${treatment}: ${note}` }),
  ]);
  return Object.fromEntries(described) as Record<string, z.ZodType>;
}

async function transcribe(
  request: FastifyRequest,
  reply: FastifyReply,
  services: AwaitingServices,
): Promise<FastifyReply> {
  requireNoJson(request);
  const asked = readParameters(
    recordingParameters,
    parametersOfQuery(request.query as Readonly<Record<string, unknown>>),
  );
  const query = detectingWhereItCan(asked, services.recognizer()?.model);
  let sha256 = '';
  let channels = 1;
  let isMixed = false as boolean;
  const done = await transcribeAwaited(
    request,
    services,
    async (limits) => {
      const received = await receive(request, limits, query);
      sha256 = received.sha256;
      return received;
    },
    {
      onOpened: (opened) => {
        requireFewChannels(query.wishes, opened);
        if (query.wishes.isMultichannel !== true) return;
        channels = opened.channelsHeard;
        isMixed = opened.channelsInFile > channels;
      },
    },
  );
  return answer(
    { request, reply, query: isMixed ? withWarning(query, MIXED) : query, sha256, channels, services },
    done,
  );
}

/** What a query asks for, and what of it is not done. */
interface Query {
  readonly wishes: Partial<RecordingWishes>;
  readonly warnings: readonly ParameterWarning[];
}

/** A body of JSON holds the address of a recording. */
function requireNoJson({ headers }: FastifyRequest): void {
  if (!/^application\/json\b/iu.test(headers['content-type'] ?? '')) return;
  throw new RequestError('parameter_refused', { field: 'url' }, undefined, undefined, {
    meaning: 'The server fetches no recordings.',
    remedy: 'Send the recording itself as the body, with a content type such as application/octet-stream.',
  });
}

/** A model of one language has nothing to detect. */
function detectingWhereItCan({ wishes, warnings }: Query, model: ModelDescription | undefined): Query {
  if (wishes.isLanguageDetected !== true) return { wishes, warnings };
  if (model === undefined || model.languages.length > 1)
    return { wishes: { ...wishes, language: 'auto' }, warnings };
  return withWarning(
    { wishes, warnings },
    { parameter: 'detect_language', reason: 'the model knows one language' },
  );
}

function withWarning({ wishes, warnings }: Query, warning: ParameterWarning): Query {
  return { wishes, warnings: [...warnings, warning] };
}

const MIXED: ParameterWarning = {
  parameter: 'multichannel',
  reason: 'the channels hold the same sound, and were mixed to one',
};

async function receive(
  request: FastifyRequest,
  limits: UploadLimits,
  { wishes, warnings }: Query,
): Promise<ReceivedRecording & { readonly sha256: string }> {
  const { keyterms = [], keywords = [], model, isMultichannel = false } = wishes;
  const keyTerms = sentTerms('keyterm', [...keyterms, ...keywords]);
  const { file, sha256 } = await receiveRecording(request, limits);
  try {
    return {
      file: await withHeader(file, wishes),
      sha256,
      asked: settingsIn(wishes),
      keyTerms,
      isMultichannel,
      foreign: { service: 'deepgram', model: model?.slice(0, LONGEST_MODEL_NAME), warnings },
    };
  } catch (error) {
    await file.remove();
    throw error;
  }
}

function settingsIn(wishes: Partial<RecordingWishes>): Partial<RecordingSettings> {
  const { language, writtenForm, dictationCommands } = wishes;
  const speakers = speakersAsked(wishes);
  return {
    ...(language !== undefined && { language }),
    ...(writtenForm !== undefined && { writtenForm }),
    ...(dictationCommands !== undefined && { dictationCommands }),
    ...(speakers !== undefined && { speakers }),
  };
}

function requireFewChannels(
  { isMultichannel = false }: Partial<RecordingWishes>,
  { channelsInFile, channelsHeard }: OpenedRecording,
): void {
  if (!isMultichannel || channelsInFile <= MOST_CHANNELS || channelsHeard > 1) return;
  throw new RequestError('parameter_refused', { field: 'multichannel' }, undefined, undefined, {
    meaning: 'Of more than two channels, none is heard by itself.',
    remedy: 'Leave the parameter out, to have them mixed to one, or send each channel by itself.',
  });
}

const MOST_CHANNELS = 2;

/** What an answer is made of besides the transcription. */
interface Answering {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly query: Query;
  readonly sha256: string;
  /** How many channels the answer has. */
  readonly channels: number;
  readonly services: AwaitingServices;
}

function answer(
  { request, reply, query, sha256, channels, services }: Answering,
  { transcription, transcript, warnings: ofTerms }: DoneTranscription,
): FastifyReply {
  const { model: name, language, createdAt, damaged } = transcription;
  const warnings = [
    ...query.warnings,
    ...ofTerms.map(({ message }) => ({ parameter: 'keyterm', reason: message })),
    ...(damaged ? [DAMAGED] : []),
  ];
  const family = services.recognizer()?.model.family ?? name;
  const requestId = requestIdOf(request);
  void reply.headers({ 'dg-request-id': requestId, ...askedHeaders(name, warnings) });
  const content = transcriptAnswer(transcript, {
    requestId,
    sha256,
    channels,
    createdAt,
    model: deepgramModel({ name, family }),
    language: language === 'auto' ? mostFrequentLanguage(transcript) : language,
    wishes: query.wishes,
    warnings,
  });
  return answerInPieces(reply, 'application/json', jsonPieces(content));
}

const DAMAGED: ParameterWarning = {
  parameter: 'body',
  reason: 'the recording is cut off or damaged, and the text covers only what could be read',
};
