import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Action } from './access/permissions.js';
import { createAppParts, type AppParts } from './app-parts.js';
import { registerRoutes } from './app-routes.js';
import { SERVER_ITSELF } from './audit/audit-event.js';
import { isLoopback } from './config/loopback.js';
import type { ClusterConnection } from './cluster/connect-cluster.js';
import type { Config } from './config/schema.js';
import { createHttpServer } from './http/server.js';
import type { CreateDialect } from './live/dialect.js';
import { DIALECTS } from './live/dialects/dialects.js';
import type { Recognition } from './recognition.js';
import { noteConfiguration } from './storage/note-configuration.js';
import type { Log } from './telemetry/log.js';

/** A route of the server. */
interface AppRoute {
  readonly method: string;
  /** The path, with names for its variable parts, such as `/api/v1/keys/:id`. */
  readonly url: string;
  readonly action: Action | undefined;
}

/** A server that is put together but does not listen yet. */
export interface App {
  /**
   * Binds the socket and answers HTTP from then on; sessions are refused as `not_ready` until {@link warmUp} is done.
   * Resolves with the address, such as `http://127.0.0.1:8000`.
   */
  readonly listen: () => Promise<string>;
  /** Starts recognition, unless that has begun; resolves when sessions can be taken. Fails as the recognizer fails. */
  readonly warmUp: () => Promise<void>;
  /**
   * Takes no more sessions and recordings, leaves transcriptions that run for later or to other servers, cancels those that
   * somebody waits for, sends the finals of all audio received and closes the open sessions, in at most `drainSeconds`. Resolves
   * with whether all were done in time. HTTP requests are still answered.
   */
  readonly drain: () => Promise<boolean>;
  /** Stops listening and ends the recognizer. */
  readonly close: () => Promise<void>;
  /** Every route, with the row of the table of permissions that says who may use it. */
  readonly routes: readonly AppRoute[];
  /** The description of the HTTP side, as `/openapi.json` answers it. */
  readonly openapi: () => Promise<object>;
}

/** Puts the rest of the server together, whether or not recognition is warm. With `app-parts.ts` and `app-routes.ts`, the only place that knows which implementation goes where. */
export async function createApp(
  config: Config,
  recognition: Recognition,
  log: Log,
  dialects: readonly CreateDialect[] = DIALECTS,
  connection?: ClusterConnection,
): Promise<App> {
  const parts = await createAppParts(config, recognition, log, connection);
  const routes: AppRoute[] = [];
  const http = await createHttpServer({
    ...parts,
    guard: parts.access.guard,
    onRoute: ({ method, url, config: { action } = {} }) => {
      for (const each of [method].flat()) routes.push({ method: each, url, action });
    },
  });
  await registerRoutes(http, parts, dialects);
  let hasStarted = false;

  return {
    listen: async () => {
      await noteStart(parts);
      hasStarted = true;
      await parts.background.start();
      return listen(http, parts);
    },
    warmUp: async () => {
      await recognition.warmUp();
      parts.transcriptions.begin();
    },
    drain: () => drain(parts),
    close: () => close(http, parts, hasStarted),
    routes,
    openapi: async () => {
      await http.ready();
      return http.swagger();
    },
  };
}

const BY_SERVER = { outcome: 'success', who: SERVER_ITSELF, from: undefined, what: undefined } as const;

async function noteStart({ config, storage }: AppParts): Promise<void> {
  await noteConfiguration(config, storage);
  await storage.audit.append({ ...BY_SERVER, action: 'server.start' });
}

async function listen(http: FastifyInstance, { config, log, tls, version }: AppParts): Promise<string> {
  await http.listen({ host: config.host, port: config.port });
  const url = urlOf(tls === undefined ? 'http' : 'https', http.server.address());
  log.info('listening', { url, version });
  warnOfNetwork(config, url, log);
  return url;
}

async function drain({ config, log, sessions, transcriptions, draining }: AppParts): Promise<boolean> {
  draining.abort();
  log.info('draining', { sessions: sessions.count() });
  const [clean] = await Promise.all([sessions.drain(config.drainSeconds), transcriptions.drain()]);
  // A session that ends hands its audio over for the second pass.
  await transcriptions.settled();
  if (!clean) log.error('drain ran out of time');
  return clean;
}

async function close(http: FastifyInstance, parts: AppParts, hasStarted: boolean): Promise<void> {
  const {
    metrics,
    decoders,
    tls,
    keyTerms,
    reader,
    recognizers,
    background,
    journal,
    recovery,
    storage,
    cluster,
    tracing,
  } = parts;
  recovery?.stop();
  metrics.close();
  decoders.close();
  await http.close();
  tls?.close();
  keyTerms.close();
  reader.close();
  await recognizers.close();
  background.stop();
  // Whoever takes over what it holds must find all of it.
  await journal?.close();
  // If it cannot be written, the next start reports it.
  if (hasStarted)
    await Promise.allSettled([
      background.release(),
      storage.audit.append({ ...BY_SERVER, action: 'server.stop' }),
    ]);
  await storage.close();
  await cluster?.close();
  await tracing?.close();
}

/** Warns an operator whose server others can reach although it has no encryption or no authentication. */
function warnOfNetwork(config: Config, url: string, log: Log): void {
  if (!config.insecureNetwork || isLoopback(config.host)) return;
  if (config.authentication === 'none')
    log.warn('ANYONE WHO CAN REACH THIS ADDRESS CAN USE IT AND READ WHAT OTHERS SAY: no authentication', {
      url,
    });
  if (config.tlsCertificate === undefined)
    log.warn('ANYONE ON THE WAY TO THIS ADDRESS CAN READ ALONG AND TAKE KEYS: no encryption', { url });
}

function urlOf(scheme: 'http' | 'https', address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string')
    throw new TypeError('the server listens on no TCP port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${address.port}`;
}
