import { randomUUID } from 'node:crypto';
import type { Recognizer } from '@auscult/asr';
import { applyConfigure, sessionSettings } from '@auscult/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { LONGEST_SETTINGS, type ClientSecret, type ClientSecrets } from '../../access/client-secrets.js';
import { requireAuthentication } from '../../access/guard.js';
import { askedHeaders } from '../../compatibility/asked.js';
import { settingsByDefault } from '../../config/recognition.js';
import type { Config } from '../../config/schema.js';
import { RequestError } from '../../errors.js';
import { readSession } from '../../compatibility/openai-realtime/read-session.js';
import {
  changedState,
  INITIAL_STATE,
  settingsOf,
  type SessionState,
} from '../../compatibility/openai-realtime/session-state.js';
import {
  betaSessionView,
  sessionIdOf,
  sessionView,
  type SessionFacts,
} from '../../compatibility/openai-realtime/session-view.js';
import { inabilityOf } from '../../model-abilities.js';
import type { Log } from '../../telemetry/log.js';
import { answerErrors } from '../answer-errors.js';
import { writeOpenAiError } from './error-answer.js';
import { openAiResponses } from './error-responses.js';

/** The services that secrets for clients of OpenAI are issued with. */
export interface RealtimeSecretServices {
  readonly config: Config;
  readonly log: Log;
  readonly clientSecrets: ClientSecrets;
  /** The recognizer, once it is warm. */
  readonly recognizer: () => Recognizer | undefined;
}

/** How long a secret may be good for, seconds. */
const SECONDS = { min: 10, max: 7200, usual: 600 } as const;

const expiry = z
  .object({
    anchor: z.literal('created_at').nullish(),
    seconds: z
      .number()
      .nullish()
      .meta({ description: `${SECONDS.min} to ${SECONDS.max}; ${SECONDS.usual} if it is left out.` }),
  })
  .nullish();
const session = z.record(z.string(), z.unknown());

const order = z.object({ expires_after: expiry, session: session.nullish() }).nullish();
const betaOrder = z.looseObject({ client_secret: z.object({ expires_at: expiry }).nullish() }).nullish();

const secret = z.object({
  value: z.string(),
  expires_at: z.int().meta({ description: 'Seconds since 1970.' }),
});
const issued = secret.extend({ session: session.meta({ description: 'The session that it begins with.' }) });
const betaIssued = z.looseObject({ client_secret: secret });

/** Adds the routes by which programs with a key get secrets for programs without one. */
export async function registerRealtimeSecrets(
  app: FastifyInstance,
  services: RealtimeSecretServices,
): Promise<void> {
  await app.register((scope, _options, done) => {
    answerErrors(scope, services.log, writeOpenAiError);
    addSecrets(scope, services);
    addBetaSecrets(scope, services);
    done();
  });
}

function addSecrets(app: FastifyInstance, services: RealtimeSecretServices): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/v1/realtime/client_secrets',
    {
      config: { action: 'client-secret.create', takesForeignCredentials: true },
      schema: {
        summary: 'Get a secret for connections to /v1/realtime and /v1/listen, as of OpenAI',
        description:
          'A page shows the secret in place of a key. It is good for several connections until it expires, which all begin with the session in the order.',
        body: order,
        response: { 200: issued, ...openAiResponses },
      },
    },
    async (request, reply) => {
      const { expires_after: expires, session: settings } = request.body ?? {};
      const begun = begin(settings, 'session', services);
      const { value, expiresAt } = await issue(request, reply, services, {
        begun,
        settings,
        seconds: secondsOf('expires_after.seconds', expires?.seconds),
      });
      return { value, expires_at: expiresAt, session: sessionView(begun.state, begun.facts) };
    },
  );
}

function addBetaSecrets(app: FastifyInstance, services: RealtimeSecretServices): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/v1/realtime/transcription_sessions',
    {
      config: { action: 'client-secret.create', takesForeignCredentials: true },
      schema: {
        summary: 'Get a secret for connections to /v1/realtime, as of the beta interface of OpenAI',
        description: 'As /v1/realtime/client_secrets, but with the names that fields had before.',
        body: betaOrder,
        response: { 200: betaIssued, ...openAiResponses },
      },
    },
    async (request, reply) => {
      const { client_secret: wanted, ...settings } = request.body ?? {};
      const begun = begin(settings, '', services);
      const { value, expiresAt } = await issue(request, reply, services, {
        begun,
        settings,
        seconds: secondsOf('client_secret.expires_at.seconds', wanted?.expires_at?.seconds),
      });
      const shown = betaSessionView(begun.state, begun.facts);
      return { ...shown, client_secret: { value, expires_at: expiresAt } };
    },
  );
}

/** A session as it will begin. */
interface BegunSession {
  readonly state: SessionState;
  readonly facts: SessionFacts;
  readonly headers: Readonly<Record<string, string>>;
}

/** Throws a `RequestError` if no session can begin so. */
function begin(
  settings: unknown,
  root: string,
  { config, recognizer }: RealtimeSecretServices,
): BegunSession {
  const model = recognizer()?.model;
  if (model === undefined) throw new RequestError('not_ready');
  if (JSON.stringify(settings ?? {}).length > LONGEST_SETTINGS)
    throw new RequestError('invalid_request', {
      field: root,
      limit: `at most ${LONGEST_SETTINGS} characters`,
    });
  const { wishes, warnings } = readSession(settings, root);
  const state = changedState(INITIAL_STATE, wishes);
  const inForce = applyConfigure(sessionSettings.parse(settingsByDefault(config)), settingsOf(state));
  const inability = inabilityOf(model, inForce);
  if (inability) throw new RequestError(inability.code, inability.details);
  return {
    state,
    facts: { id: sessionIdOf(randomUUID()), model: model.name, settings: inForce },
    headers: askedHeaders(model.name, warnings),
  };
}

async function issue(
  request: FastifyRequest,
  reply: FastifyReply,
  { clientSecrets }: RealtimeSecretServices,
  wanted: { readonly begun: BegunSession; readonly settings: unknown; readonly seconds: number },
): Promise<ClientSecret> {
  const issuer = requireAuthentication(request);
  const { begun, settings: sessionSettings, seconds } = wanted;
  const made = await clientSecrets.issue({ issuer, from: request.ip, seconds, sessionSettings });
  void reply.headers({ ...begun.headers, 'cache-control': 'no-store' });
  return made;
}

function secondsOf(field: string, seconds: number | null | undefined): number {
  const asked = seconds ?? SECONDS.usual;
  if (Number.isInteger(asked) && asked >= SECONDS.min && asked <= SECONDS.max) return asked;
  throw new RequestError('invalid_request', { field, limit: `${SECONDS.min} to ${SECONDS.max}` });
}
