import type { AddressInfo } from 'node:net';
import {
  createDecoderPool,
  type Recognizer,
  type RecognizerEvent,
  type RecognizerOptions,
} from '@auscult/asr';
import { pageDirectory } from '@auscult/web';
import { createAccess } from './access/access.js';
import type { Action } from './access/permissions.js';
import { accessSeal } from './access/seal.js';
import { createSessionAuthorisation } from './access/session-authorisation.js';
import { SERVER_ITSELF } from './audit/audit-event.js';
import { changeOf } from './audit/configuration-change.js';
import type { EvidenceState } from './audit/open-audit.js';
import { isLoopback } from './config/loopback.js';
import type { Config } from './config/schema.js';
import { registerAccount } from './http/account.js';
import { registerBreakGlass } from './http/break-glass.js';
import { registerHealth, type Degradation, type ServerPhase } from './http/health.js';
import { registerKeys } from './http/keys.js';
import { registerLogin } from './http/login.js';
import { registerMetrics } from './http/metrics.js';
import { createOriginPolicy } from './http/origins.js';
import { registerPage } from './http/page.js';
import { createHttpServer } from './http/server.js';
import { registerSessions } from './http/sessions.js';
import { registerTickets } from './http/tickets.js';
import { createTls } from './http/tls.js';
import { registerTranscriptions } from './http/transcriptions.js';
import { registerUsers } from './http/users.js';
import { openSharedKeyTerms } from './key-terms/shared-key-terms.js';
import type { CreateDialect } from './live/dialect.js';
import { DIALECTS } from './live/dialects/dialects.js';
import { registerLive } from './live/endpoint.js';
import { createSessions } from './live/sessions.js';
import { createTurns } from './live/turns.js';
import { requireTask } from './model-abilities.js';
import { recognizerOptions, refinerOptions } from './recognizer-options.js';
import { downloadLog } from './telemetry/download-log.js';
import type { Log } from './telemetry/log.js';
import { measureEvidence } from './telemetry/evidence-metrics.js';
import { createTextReader } from './reading/text-reader.js';
import { createMetrics, type Metrics } from './telemetry/metrics.js';
import { leaseSessions, type SessionLease } from './records/session-lease.js';
import { scheduleRetention } from './retention/schedule.js';
import { noteConfiguration } from './storage/note-configuration.js';
import { keepKeysCurrent, openStorage } from './storage/open-storage.js';
import { scheduleVerification, type Verification } from './verify/schedule.js';
import type { PassState } from './verify/pass-state.js';
import { measureVerification } from './verify/verification-metrics.js';
import { createTranscriptions } from './transcriptions/transcriptions.js';
import { serverVersion } from './version.js';

/** Starts a recognizer; `startRecognizer` of `@auscult/asr` is one. */
export type StartRecognizer = (options: RecognizerOptions) => Promise<Recognizer>;

/** A route of the server. */
interface AppRoute {
  readonly method: string;
  /** With names for the variable parts, such as `/api/v1/keys/:id`. */
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
  /** Starts the recognizer; resolves when sessions can be taken. Fails as the recognizer fails. */
  readonly warmUp: () => Promise<void>;
  /**
   * Takes no more sessions and recordings, cancels the transcriptions of those that were uploaded, sends the finals of all audio received and closes the open ones, in at most
   * `drainSeconds`. Resolves with whether all were done in time. HTTP requests are still answered.
   */
  readonly drain: () => Promise<boolean>;
  /** Stops listening and ends the recognizer. */
  readonly close: () => Promise<void>;
  /** Every route, with the row of the table of permissions that says who may use it. */
  readonly routes: readonly AppRoute[];
  /** The description of the HTTP side, as `/openapi.json` answers it. */
  readonly openapi: () => Promise<object>;
}

/** Puts the server together. The only place that knows which implementation goes where. */
export async function createApp(
  config: Config,
  startRecognizer: StartRecognizer,
  log: Log,
  dialects: readonly CreateDialect[] = DIALECTS,
): Promise<App> {
  let recognizer: Recognizer | undefined;
  /** Hears sessions again, where another model does that. */
  let refiner: Recognizer | undefined;
  let hasStarted = false;
  let lease: SessionLease | undefined;
  let verification: Verification | undefined;
  let stopBackground: readonly (() => void)[] = [];
  const draining = new AbortController();
  const metrics = createMetrics(() => recognizer?.status());
  measureVerification(metrics.registry, () => verification);
  const sessions = createSessions();
  const transcriptions = createTranscriptions({ config, log, metrics });
  const decoders = createDecoderPool({ looks: LOOKS_AT_A_TIME, reads: config.transcriptionsAtATime });
  const origins = createOriginPolicy(config);
  const version = serverVersion();
  const tls = createTls(config, log);
  const reader = createTextReader();
  const keyTerms = await openSharedKeyTerms(config, log, reader, () => {
    noteRead('keyTermsDirectory');
  });

  let hasRefusedRows = false;
  const storage = await openStorage(config, log, {
    onRefused: ({ table, refusal }) => {
      hasRefusedRows = true;
      metrics.rowsRefused.inc({ table, reason: refusal });
    },
  });
  const { audit, records } = storage;
  tls?.onRenewed((changed) => {
    for (const setting of changed) noteRead(setting);
  });
  function noteRead(setting: keyof Config): void {
    audit.append(changeOf(setting, 'the file was read again')).catch((error: unknown) => {
      log.unexpected(error);
    });
  }
  const access = createAccess({
    config,
    log,
    database: storage.database,
    queue: storage.queue,
    audit,
    integrity: storage.integrity,
    seal: accessSeal(config),
    origins,
  });
  const { guard } = access;

  const routes: AppRoute[] = [];
  const http = await createHttpServer({
    log,
    origins,
    version,
    config,
    guard,
    tls,
    onRoute: ({ method, url, config: { action } = {} }) => {
      for (const each of [method].flat()) routes.push({ method: each, url, action });
    },
  });
  registerLogin(http, access, origins);
  registerAccount(http, access);
  registerTickets(http, access);
  registerKeys(http, access);
  registerUsers(http, access);
  registerBreakGlass(http, access);
  registerHealth(http, {
    phase: () => phaseOf(recognizer, draining.signal.aborted),
    model: () => recognizer?.model.name ?? config.model,
    version,
    sessions: sessions.count,
    degraded: () => [
      ...degradationsOf(audit.evidence()),
      ...(hasRefusedRows || hasDamagedRows(verification?.state()) ? (['rows-refused'] as const) : []),
    ],
    verification: () => verification?.state(),
  });
  await registerPage(http, pageDirectory, log);
  measureEvidence(metrics.registry, audit.evidence);
  registerMetrics(http, metrics.registry);
  await registerTranscriptions(http, {
    config,
    log,
    guard,
    audit,
    records,
    transcriptions,
    decoders,
    keyTerms,
    reader,
    recognizer: () => recognizer,
    draining: draining.signal,
  });
  await registerSessions(http, {
    records,
    authorise: createSessionAuthorisation(guard),
  });
  const spoken = dialects.map((create) => create({ config, reader }));
  await registerLive(http, spoken, {
    config,
    log,
    metrics,
    sessions,
    transcriptions,
    keyTerms,
    reader,
    recognizer: () => recognizer,
    refiner: () => refiner ?? recognizer,
    isDraining: () => draining.signal.aborted,
    records,
    isRecording: () => storage.queue.isWriting(),
    turns: createTurns(),
  });

  return {
    listen: async () => {
      await noteConfiguration(config, storage);
      await audit.append({ ...BY_SERVER, action: 'server.start' });
      hasStarted = true;
      // A deletion that a crash interrupted is finished before anybody is answered. If that fails, it is logged and
      // tried again.
      await storage.keyCopies.settle().catch(() => undefined);
      lease = await leaseSessions(storage, log);
      verification = scheduleVerification(config, storage, log);
      stopBackground = [
        storage.keyCopies.attend(),
        keepKeysCurrent(storage, log),
        scheduleRetention(config, storage, log),
        verification.stop,
      ];
      await http.listen({ host: config.host, port: config.port });
      const url = urlOf(tls === undefined ? 'http' : 'https', http.server.address());
      log.info('listening', { url, version });
      warnOfNetwork(config, url, log);
      return url;
    },
    warmUp: async () => {
      const startedAt = performance.now();
      const started = await startRecognizer(
        recognizerOptions(config, eventSink(log, metrics), downloadLog(log)),
      );
      recognizer = started;
      requireTask(started.model, config.task);
      if (config.refineModel !== undefined)
        refiner = await startRecognizer(refinerOptions(config, eventLog(log), downloadLog(log)));
      log.info('ready', { model: started.model.name, seconds: (performance.now() - startedAt) / 1000 });
    },
    drain: async () => {
      draining.abort();
      log.info('draining', { sessions: sessions.count() });
      const [clean] = await Promise.all([sessions.drain(config.drainSeconds), transcriptions.drain()]);
      if (!clean) log.error('drain ran out of time');
      return clean;
    },
    close: async () => {
      metrics.close();
      decoders.close();
      await http.close();
      tls?.close();
      keyTerms.close();
      reader.close();
      await Promise.all([recognizer?.close(), refiner?.close()]);
      for (const stop of stopBackground) stop();
      // If it cannot be written, the next start reports it.
      if (hasStarted)
        await Promise.allSettled([lease?.release(), audit.append({ ...BY_SERVER, action: 'server.stop' })]);
      await storage.close();
    },
    routes,
    openapi: async () => {
      await http.ready();
      return http.swagger();
    },
  };
}

/** How many uploads are decoded up to their first sound at a time, each for a fraction of a second. */
const LOOKS_AT_A_TIME = 2;

const BY_SERVER = { outcome: 'success', who: SERVER_ITSELF, from: undefined, what: undefined } as const;

function phaseOf(recognizer: Recognizer | undefined, isDraining: boolean): ServerPhase {
  if (isDraining) return 'draining';
  if (!recognizer) return 'starting';
  return recognizer.status().workers.some((worker) => worker.state === 'ready') ? 'healthy' : 'unhealthy';
}

function degradationsOf({ sinks, findings }: EvidenceState): readonly Degradation[] {
  const failing = sinks.filter(({ failingSince }) => failingSince !== undefined);
  return [
    ...failing.map(({ name }) => `audit-${name}` as const),
    ...findings.map((finding) => `audit-${finding}` as const),
  ];
}

/** Whether the verification of all that is kept has met rows that are refused, including before the last start. */
function hasDamagedRows(state: PassState | undefined): boolean {
  return [state?.found, state?.lastFound].some((found) => (found?.['row'] ?? 0) > 0);
}

function eventSink(log: Log, metrics: Metrics): (event: RecognizerEvent) => void {
  const write = eventLog(log);
  return (event) => {
    metrics.onRecognizerEvent(event);
    write(event);
  };
}

function eventLog(log: Log): (event: RecognizerEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'preparing-graphs':
        return log.info('preparing model graphs', { model: event.model });
      case 'device-fallback':
        return log.warn('device cannot be used, the CPU is instead', { reason: event.reason });
      case 'worker-ready':
        return log.info('worker ready', { worker: event.worker, pid: event.pid, seconds: event.seconds });
      case 'worker-exited':
        return log.warn('worker exited', { worker: event.worker, pid: event.pid, reason: event.reason });
      case 'job-retried':
        return log.warn('job retried', { worker: event.worker });
      case 'job-lost':
        return log.error('job lost', { attempts: event.attempts });
      case 'job-finished':
        return;
    }
  };
}

/** Warns an operator who lets others in without the means that protect against them. */
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
