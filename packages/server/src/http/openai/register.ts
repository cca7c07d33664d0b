import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { answerErrors } from '../answer-errors.js';
import type { AwaitingServices } from '../transcribe-awaited.js';
import { addAbsentPaths } from './absent-paths.js';
import { writeOpenAiError } from './error-answer.js';
import { addTranscribing } from './transcribe.js';

/** Adds the routes with which clients of OpenAI have recordings transcribed. */
export async function registerOpenAi(app: FastifyInstance, services: AwaitingServices): Promise<void> {
  await app.register(async (scope) => {
    answerErrors(scope, services.log, writeOpenAiError);
    // Without parsers, the routes themselves answer a body that is not a form, whatever its content type.
    scope.removeAllContentTypeParsers();
    await scope.register(multipart);
    scope.addHook('preValidation', (_request, reply, validate) => {
      void reply.header('cache-control', 'no-store');
      validate();
    });
    addTranscribing(scope, services);
    addAbsentPaths(scope);
  });
}
