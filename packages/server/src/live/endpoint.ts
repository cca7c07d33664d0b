import type { IncomingMessage } from 'node:http';
import websocket, { type WebsocketPluginOptions } from '@fastify/websocket';
import { closeTable, type ErrorCode } from '@auscult/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { Authentication } from '../access/authentication.js';
import { RequestError } from '../errors.js';
import { errorHandler } from '../http/answer-errors.js';
import { ONLY_UPGRADES, tellUpgradesApart } from '../http/only-upgrades.js';
import { decide, type AdmissionServices, type Decision } from './admission.js';
import { AnnouncingWebSocket } from './announcing-web-socket.js';
import { answerPings } from './answer-pings.js';
import { awaitFirstFrame } from './await-first-frame.js';
import type { ResumeRequest } from './commands.js';
import type {
  ConnectionRequest,
  ConnectionWish,
  Dialect,
  Refusal,
  RefusalAnswer,
  RefusalFrames,
  Refusing,
} from './dialect.js';
import type { LeftSessions } from './left-sessions.js';
import { startSession } from './session.js';

/** The services of live sessions. */
export interface LiveServices extends AdmissionServices {
  readonly left: LeftSessions;
}

/** What happens to a connection when its upgrade is answered. */
interface Upgrade {
  readonly subprotocol: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly begin: (socket: WebSocket) => void;
}

/** The plugin's types ask for the whole `ws` module, but it uses only the constructor. */
type SocketClass = NonNullable<WebsocketPluginOptions['options']>['WebSocket'];

/**
 * Fragments of a message: each costs as much as a small message, and 64 KiB of them that are empty would hold up
 * everybody for 40 ms (bench `hostile-input`). Whoever cuts a message of 1 MiB sends kilobytes at a time.
 */
const MOST_FRAGMENTS = 1024;

/** The path of the page, which whoever asks for no upgrade gets there. */
const PAGE = '/';

/** The longest first frame of a client that resumes, bytes: several times as long as such a request. */
const LONGEST_RESUME = 4096;

/** The longest first frame of a client that is refused after it, bytes: more is not read to find out whom to tell. */
const LONGEST_BEFORE_REFUSAL = 65_536;

/** Milliseconds that a client has to answer a close frame. */
const CLOSE_TIMEOUT_MS = 3000;

/** Adds the paths of all dialects. Admission is decided before an upgrade is answered. */
export async function registerLive(
  app: FastifyInstance,
  dialects: readonly Dialect[],
  services: LiveServices,
): Promise<void> {
  const upgrades = new WeakMap<IncomingMessage, Upgrade>();
  const options = {
    maxPayload: services.config.maxFrameBytes,
    maxFragments: MOST_FRAGMENTS,
    // One message per turn of the event loop: a chunk full of tiny frames must not hold up other sessions.
    allowSynchronousEvents: false,
    // See `answerPings`.
    autoPong: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    WebSocket: AnnouncingWebSocket as unknown as SocketClass,
    handleProtocols: (_offered: ReadonlySet<string>, request: IncomingMessage) =>
      upgrades.get(request)?.subprotocol ?? false,
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
  app.websocketServer.on('headers', (lines, request) => {
    for (const [name, value] of Object.entries(upgrades.get(request)?.headers ?? {}))
      lines.push(`${name}: ${value}`);
  });
  tellUpgradesApart(app);
  for (const dialect of dialects)
    for (const path of dialect.paths) addRoute(app, path, dialect, upgrades, services);
  const stopRevalidating = startRevalidating(services);
  app.addHook('onClose', (_app, done) => {
    stopRevalidating();
    done();
  });
}

function addRoute(
  app: FastifyInstance,
  url: string,
  dialect: Dialect,
  upgrades: WeakMap<IncomingMessage, Upgrade>,
  services: LiveServices,
): void {
  const { refusing } = dialect;
  const isAlwaysByStatus = typeof refusing === 'object' && refusing.kind === 'by-status';
  app.route({
    method: 'GET',
    url,
    ...(url === PAGE && { constraints: ONLY_UPGRADES }),
    config: { action: 'live.open', takesForeignCredentials: dialect.service !== undefined },
    schema: { hide: true },
    ...(isAlwaysByStatus && { errorHandler: errorHandler(services.log, refusing.answer) }),
    // Answered before anybody has to authenticate, since clients check in this way whether the path is right.
    onRequest: (request, reply, done) => {
      if (request.ws) return done();
      void reply.header('upgrade', 'websocket');
      return done(new RequestError('upgrade_expected'));
    },
    preHandler: async (request, reply) => {
      const wish = wishOf(request, dialect);
      const decision = await decideSafely(request, wish, dialect.name, services);
      const way = typeof refusing === 'function' ? refusing(connectionOf(request)) : refusing;
      if (decision.kind === 'refused') countRefusal(decision.refusal, services);
      if (decision.kind === 'refused' && way.kind === 'by-status')
        return answer(reply, way.answer(decision.refusal));
      upgrades.set(request.raw, {
        headers: decision.kind === 'admitted' ? decision.session.headers : {},
        subprotocol: wish.kind === 'invalid' ? undefined : wish.subprotocol,
        begin: beginningOf(request, decision, way, services),
      });
      return undefined;
    },
    handler: () => {
      throw new RequestError('upgrade_expected');
    },
    wsHandler: (socket: WebSocket, request) => {
      answerPings(socket);
      upgrades.get(request.raw)?.begin(socket);
    },
  });
}

/** What the request asks for, which is invalid if the dialect refuses it. */
function wishOf(request: FastifyRequest, dialect: Dialect): ConnectionWish {
  try {
    return dialect.connect(connectionOf(request));
  } catch (error) {
    if (error instanceof RequestError) return { kind: 'invalid', refusal: error };
    throw error;
  }
}

function connectionOf({ query, headers, authentication }: FastifyRequest): ConnectionRequest {
  const offered = headers['sec-websocket-protocol']?.split(',').map((protocol) => protocol.trim()) ?? [];
  return {
    query: query as ConnectionRequest['query'],
    headers,
    offered,
    sessionSettings: authentication?.sessionSettings,
  };
}

/** Decides, and refuses on unexpected errors, too. */
async function decideSafely(
  request: FastifyRequest,
  wish: ConnectionWish,
  dialectName: string,
  services: AdmissionServices,
): Promise<Decision> {
  try {
    return await decide(request, wish, dialectName, services);
  } catch (error) {
    services.log.unexpected(error);
    return { kind: 'refused', refusal: { code: 'internal_error' } };
  }
}

/** What to do with the socket once it is open. */
function beginningOf(
  request: FastifyRequest,
  decision: Decision,
  way: Refusing,
  services: LiveServices,
): Upgrade['begin'] {
  switch (decision.kind) {
    case 'admitted':
      return beginSession(request, decision, services);
    case 'resuming':
      return (socket) => {
        const { wish, authentication } = decision;
        awaitFirstFrame(socket, LONGEST_RESUME, (first) => {
          const asked = first && wish.read(first.frame, first.isBinary);
          // Nothing more is read before there is a session that takes it.
          socket.pause();
          resume(socket, asked, authentication, services).then(
            (code) => {
              if (code === undefined) return;
              countRefusal({ code }, services);
              socket.resume();
              refuse(socket, wish.tell({ code }));
            },
            (error: unknown) => {
              services.log.unexpected(error);
              socket.terminate();
            },
          );
        });
      };
    case 'refused':
      return refusalOf(decision.refusal, way);
  }
}

/** Resumes a session over a socket, wherever it was held; resolves with the code of what stands against it, if anything does. */
async function resume(
  socket: WebSocket,
  asked: ResumeRequest | undefined,
  shown: Authentication,
  { sessions, left }: LiveServices,
): Promise<ErrorCode | undefined> {
  if (asked === undefined) return 'resume_refused';
  const session = sessions.find(asked.sessionId) ?? (await left.goOn(asked, shown));
  if (typeof session === 'string') return session;
  // If it is gone, the session waits for the next one.
  if (socket.readyState !== socket.OPEN) return undefined;
  return session.resume(socket, asked, shown) ? undefined : 'resume_refused';
}

/** Refuses a client whose connection was opened for that. */
function refusalOf(refusal: Refusal, way: Refusing): Upgrade['begin'] {
  return (socket) => {
    if (way.kind === 'in-frames') refuse(socket, way.tell(refusal));
    if (way.kind === 'after-first-frame')
      awaitFirstFrame(socket, LONGEST_BEFORE_REFUSAL, (first) => {
        refuse(socket, way.tell(refusal, first));
      });
  };
}

/** Begins the session once the upgrade is done. If it fails, gives back the place, and closes the record. */
function beginSession(
  { raw }: FastifyRequest,
  { session, leave }: Extract<Decision, { kind: 'admitted' }>,
  services: AdmissionServices,
): Upgrade['begin'] {
  const giveBack = (): void => {
    leave();
    session.writer.close('not_begun').catch(services.log.unexpected);
  };
  if (raw.socket.destroyed) giveBack();
  else raw.socket.once('close', giveBack);
  return (socket) => {
    raw.socket.off('close', giveBack);
    try {
      services.sessions.add(startSession(socket, session, services));
    } finally {
      leave();
    }
  };
}

function refuse(socket: WebSocket, { frames, close }: RefusalFrames): void {
  for (const frame of frames) socket.send(frame);
  socket.close(close.code, close.reason);
}

function answer(reply: FastifyReply, { status, headers, body }: RefusalAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

function countRefusal({ code }: Refusal, { log, metrics }: AdmissionServices): void {
  log.warn('session refused', { code });
  metrics.sessionsRefused.inc({ code });
  metrics.errors.inc({ code });
}

/** Checks regularly whether those who hold sessions still may. Returns a function that stops this. */
function startRevalidating({ config, sessions, log }: AdmissionServices): () => void {
  const timer = setInterval(() => {
    sessions.revalidate().catch((error: unknown) => {
      log.unexpected(error);
    });
  }, config.revalidateSeconds * 1000).unref();
  return () => {
    clearInterval(timer);
  };
}
