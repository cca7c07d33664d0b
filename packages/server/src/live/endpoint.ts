import { randomUUID } from 'node:crypto';
import websocket, { type WebsocketPluginOptions } from '@fastify/websocket';
import type { Recognizer } from '@auscult/asr';
import { closeTable, describeError, errorTable, PROTOCOL, type ErrorCode } from '@auscult/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { Authentication } from '../access/authentication.js';
import { ownershipOf, shareOf, type Identity } from '../access/identity.js';
import { mayTakePlace } from '../access/shared-places.js';
import { RequestError } from '../errors.js';
import type { RecordStore } from '../records/record-store.js';
import { clientOf } from '../records/session-settings.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import { AnnouncingWebSocket } from './announcing-web-socket.js';
import { awaitResume } from './await-resume.js';
import { startSession, type SessionServices } from './session.js';
import type { Sessions } from './sessions.js';

/** What the endpoint needs to decide on a connection and to start its session. */
export interface LiveServices extends SessionServices {
  readonly sessions: Sessions;
  /** The recognizer, once it is warm. */
  readonly recognizer: () => Recognizer | undefined;
  /** What reads sessions again, once it is warm. */
  readonly refiner: () => Recognizer | undefined;
  readonly isDraining: () => boolean;
  readonly records: () => RecordStore;
}

/** The plugin's types ask for the whole `ws` module where it uses the constructor only. */
type SocketClass = NonNullable<WebsocketPluginOptions['options']>['WebSocket'];

/** Milliseconds that a client has to answer a close frame. */
const CLOSE_TIMEOUT_MS = 3000;

/** Adds `/ws/transcribe`. A connection that is refused is opened all the same, so that it can be told why. */
export async function registerLive(app: FastifyInstance, services: LiveServices): Promise<void> {
  const options = {
    maxPayload: services.config.maxFrameBytes,
    // One message a turn of the event loop: a chunk full of tiny frames must not hold up other sessions.
    allowSynchronousEvents: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    WebSocket: AnnouncingWebSocket as unknown as SocketClass,
    handleProtocols: (offered: ReadonlySet<string>) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  };
  await app.register(websocket, {
    options,
    // A broken frame: `ws` closes with the right code by itself, and the session ends on `close`.
    errorHandler: (error, socket) => {
      if (socket.readyState !== socket.OPEN) return;
      services.log.unexpected(error);
      socket.close(closeTable.internal_error.code);
    },
  });
  app.route({
    method: 'GET',
    url: '/ws/transcribe',
    config: { action: 'live.open' },
    schema: { hide: true },
    // Whoever asks is told what is here before it matters who they are: clients look whether the path is right.
    onRequest: (request, reply, done) => {
      if (request.ws) return done();
      void reply.header('upgrade', 'websocket');
      return done(new RequestError('upgrade_expected'));
    },
    handler: () => {
      throw new RequestError('upgrade_expected');
    },
    wsHandler: (socket, request) => {
      const { authentication, refusal = 'unauthenticated' } = request;
      if (authentication === undefined || request.refusal !== undefined) refuse(socket, refusal, services);
      else if (isResumption(request)) admitResumption(socket, authentication, services);
      else {
        admit(socket, request, authentication, services).catch((error: unknown) => {
          services.log.unexpected(error);
          socket.close(closeTable.internal_error.code);
        });
      }
    },
  });
  const stopRevalidating = startRevalidating(services);
  app.addHook('onClose', (_app, done) => {
    stopRevalidating();
    done();
  });
}

function isResumption({ query }: FastifyRequest): boolean {
  return typeof query === 'object' && query !== null && 'resume' in query;
}

/** A session that is resumed is open already, so it is not refused because there are many. */
function admitResumption(socket: WebSocket, authentication: Authentication, services: LiveServices): void {
  const { isDraining, sessions } = services;
  if (isDraining()) return refuse(socket, 'draining', services);
  awaitResume(socket, (request) => {
    const resumed =
      request !== undefined && sessions.find(request.sessionId)?.resume(socket, request, authentication);
    if (resumed !== true) refuse(socket, 'resume_refused', services);
  });
}

async function admit(
  socket: WebSocket,
  request: FastifyRequest,
  authentication: Authentication,
  services: LiveServices,
): Promise<void> {
  const { identity } = authentication;
  const recognizer = services.recognizer();
  const refiner = services.refiner();
  const refusal = refusalOf(identity, recognizer, services);
  if (refusal) return refuse(socket, refusal, services);
  if (!recognizer || !refiner) return;
  const leave = services.sessions.reserve(identity);
  try {
    const id = randomUUID();
    // What the client sends meanwhile stays where it is.
    socket.pause();
    const writer = await openRecord(id, recognizer, { who: identity, from: request.ip }, services);
    socket.resume();
    if (writer === undefined) return refuse(socket, 'records_unavailable', services);
    if (services.isDraining() || socket.readyState !== socket.OPEN) {
      await writer.close('not_begun');
      return refuse(socket, 'draining', services);
    }
    const admitted = { id, writer, openedBy: authentication, client: clientOf(request) };
    services.sessions.add(startSession(socket, admitted, { recognizer, refiner }, services));
  } finally {
    leave();
  }
}

/** Undefined where the session cannot be recorded and logged, so that it may not begin. */
async function openRecord(
  id: string,
  recognizer: Recognizer,
  { who, from }: { readonly who: Identity; readonly from: string },
  { config, records }: LiveServices,
): Promise<SessionRecordWriter | undefined> {
  try {
    return await records().open({
      id,
      kind: 'live',
      actor: { who, from },
      groups: who.groups,
      model: recognizer.model.name,
      description: {
        language: config.language,
        channels: 1,
        task: config.task,
        sampleRate: undefined,
        settings: undefined,
      },
    });
  } catch (error) {
    if (error instanceof RequestError && error.code === 'records_unavailable') return undefined;
    throw error;
  }
}

function refusalOf(
  identity: Identity,
  recognizer: Recognizer | undefined,
  { config, sessions, isDraining }: LiveServices,
): ErrorCode | undefined {
  if (isDraining()) return 'draining';
  if (!recognizer) return 'not_ready';
  if (!mayTakePlace(ownershipOf(identity), sessions.holders(), config.maxSessions))
    return 'too_many_sessions';
  if (identity.kind !== 'local' && sessions.countOf(identity) >= config.maxSessionsPerIdentity)
    return 'too_many_sessions';
  const admission = recognizer.admission(shareOf(ownershipOf(identity)));
  if (admission.admitted) return undefined;
  return admission.reason === 'finals-late' ? 'busy' : 'not_ready';
}

/** Asks again and again whether who holds a session may still hold it. Returns what stops it. */
function startRevalidating({ config, sessions, log }: LiveServices): () => void {
  const timer = setInterval(() => {
    sessions.revalidate().catch((error: unknown) => {
      log.unexpected(error);
    });
  }, config.revalidateSeconds * 1000).unref();
  return () => {
    clearInterval(timer);
  };
}

function refuse(socket: WebSocket, code: ErrorCode, { log, metrics }: LiveServices): void {
  log.warn('session refused', { code });
  metrics.sessionsRefused.inc({ code });
  metrics.errors.inc({ code });
  socket.send(JSON.stringify(describeError(code)));
  socket.close(errorTable[code].closeCode ?? closeTable.forbidden.code, code);
}
