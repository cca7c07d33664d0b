import type { FastifyInstance } from 'fastify';
import { deepgramError } from '../../compatibility/deepgram/error-answer.js';
import { answerErrors } from '../answer-errors.js';
import { requestIdOf } from '../request-id.js';
import type { AwaitingServices } from '../transcribe-awaited.js';
import { addAbsentPaths } from './absent-paths.js';
import { addTranscribing } from './transcribe.js';

/** Adds the routes with which clients of Deepgram have recordings transcribed. */
export async function registerDeepgram(app: FastifyInstance, services: AwaitingServices): Promise<void> {
  await app.register((scope, _options, done) => {
    answerErrors(scope, services.log, (error, request) => deepgramError(error, requestIdOf(request)));
    // The handler reads the body, whatever it is said to be.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, parsed) => {
      parsed(null);
    });
    scope.addHook('preValidation', (_request, reply, validate) => {
      void reply.header('cache-control', 'no-store');
      validate();
    });
    addTranscribing(scope, services);
    addAbsentPaths(scope);
    done();
  });
}
