import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ModelDescription } from '@auscult/asr';
import { deepgramModel } from '../../compatibility/deepgram/model-info.js';
import { RequestError } from '../../errors.js';
import { openAiResponses } from './error-responses.js';

/** What the routes need to know about models. */
export interface ModelSources {
  /** The model that hears, once it is loaded. */
  readonly model: () => ModelDescription | undefined;
  /** The name of the model that the server is set to. */
  readonly name: string;
}

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

const modelList = z.object({
  object: z.literal('list'),
  data: z.array(openAiModel),
  stt: z
    .array(
      z.object({
        name: z.string(),
        canonical_name: z.string(),
        architecture: z.string(),
        languages: z.array(z.string()),
        version: z.string(),
        uuid: z.string(),
        batch: z.boolean(),
        streaming: z.boolean(),
        formatted_output: z.boolean(),
      }),
    )
    .meta({ description: 'The same for clients of Deepgram, which ask at the same path.' }),
  tts: z.array(z.never()),
});

/** Adds the routes that tell which model runs, for clients of OpenAI and of Deepgram. */
export function addModels(app: FastifyInstance, sources: ModelSources): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const ids = (): readonly string[] => [sources.model()?.name ?? sources.name, USUAL_NAME];
  routes.get(
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
      data: ids().map(modelOf),
      stt: [sources.model()].flatMap((model) => (model === undefined ? [] : [listed(model)])),
      tts: [],
    }),
  );
  routes.get(
    '/v1/models/:id',
    {
      config: { action: 'model.list', takesForeignCredentials: true },
      schema: {
        summary: 'A model by its name, for clients of OpenAI',
        params: z.object({ id: z.string() }),
        response: { 200: openAiModel, ...openAiResponses },
      },
    },
    ({ params: { id } }) => {
      if (ids().includes(id)) return modelOf(id);
      throw new RequestError('model_not_found', { field: 'model', limit: `one of ${ids().join(', ')}` });
    },
  );
}

function modelOf(id: string): z.output<typeof openAiModel> {
  return { id, object: 'model', created: CREATED, owned_by: 'auscult' };
}

function listed(model: ModelDescription): z.output<typeof modelList>['stt'][number] {
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
