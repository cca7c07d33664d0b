import type { ModelDescription } from '@auscult/asr';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { deepgramModel } from '../../compatibility/deepgram/model-info.js';
import { RequestError } from '../../errors.js';
import type { RecordingServices } from '../accept-recording.js';
import { answerErrors } from '../answer-errors.js';
import { writeOpenAiError } from './error-answer.js';
import { openAiResponses } from './error-responses.js';

type ModelServices = Pick<RecordingServices, 'config' | 'log' | 'recognizer'>;

/** The name that programs written for OpenAI ask for where nobody has chosen one. It stands for the model that runs. */
const USUAL_NAME = 'whisper-1';

/** 2026-01-01, since nothing depends on the age of a model here. */
const CREATED = 1_767_225_600;

const openAiModel = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.literal('auscult'),
});

const deepgramListing = z.object({
  name: z.string(),
  canonical_name: z.string(),
  architecture: z.string(),
  languages: z.array(z.string()),
  version: z.string(),
  uuid: z.string(),
  batch: z.boolean(),
  streaming: z.boolean(),
  formatted_output: z.boolean(),
});

const modelList = z.object({
  object: z.literal('list'),
  data: z.array(openAiModel),
  stt: z
    .array(deepgramListing)
    .meta({ description: 'The same for clients of Deepgram, which ask at the same path.' }),
  tts: z.array(z.never()),
});

/** Adds the routes that tell which model runs, for clients of OpenAI and of Deepgram. */
export async function registerModels(app: FastifyInstance, services: ModelServices): Promise<void> {
  await app.register((scope, _options, done) => {
    answerErrors(scope, services.log, writeOpenAiError);
    addList(scope, services);
    addModel(scope, services);
    done();
  });
}

function addList(app: FastifyInstance, services: ModelServices): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/v1/models',
    {
      config: { action: 'model.list', takesForeignCredentials: true },
      schema: {
        summary: 'The model that runs, for clients of OpenAI and of Deepgram',
        response: { 200: modelList, ...openAiResponses },
      },
    },
    () => ({
      object: 'list' as const,
      data: namesOf(services).map(modelOf),
      stt: listings(services),
      tts: [],
    }),
  );
}

function addModel(app: FastifyInstance, services: ModelServices): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/v1/models/:id',
    {
      config: { action: 'model.list', takesForeignCredentials: true },
      schema: {
        summary: 'A model by its name, for clients of OpenAI, or by its UUID, for clients of Deepgram',
        params: z.object({ id: z.string() }),
        response: { 200: z.union([openAiModel, deepgramListing]), ...openAiResponses },
      },
    },
    ({ params: { id } }) => {
      const names = namesOf(services);
      if (names.includes(id)) return modelOf(id);
      const [listing] = listings(services);
      if (listing?.uuid === id.toLowerCase()) return listing;
      throw new RequestError('model_not_found', { field: 'model', limit: `one of ${names.join(', ')}` });
    },
  );
}

function namesOf({ recognizer, config }: ModelServices): readonly string[] {
  return [recognizer()?.model.name ?? config.model, USUAL_NAME];
}

function modelOf(id: string): z.output<typeof openAiModel> {
  return { id, object: 'model', created: CREATED, owned_by: 'auscult' };
}

/** The model that runs, once it is warm. */
function listings({ recognizer }: ModelServices): z.output<typeof deepgramListing>[] {
  const model = recognizer()?.model;
  return model === undefined ? [] : [listed(model)];
}

function listed(model: ModelDescription): z.output<typeof deepgramListing> {
  const { uuid, name, version, arch } = deepgramModel(model);
  return {
    name,
    canonical_name: name,
    architecture: arch,
    languages: [...model.languages],
    version,
    uuid,
    batch: true,
    streaming: true,
    formatted_output: true,
  };
}
