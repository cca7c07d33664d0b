import type { Recognizer } from '@auscult/asr';
import { pageDirectory } from '@auscult/web';
import type { FastifyInstance } from 'fastify';
import { createSessionAuthorisation } from './access/session-authorisation.js';
import { createSubjectNames } from './access/subject-names.js';
import type { AppParts } from './app-parts.js';
import { createAuditVerification } from './audit/verification.js';
import type { EvidenceState } from './audit/open-audit.js';
import type { Cluster } from './cluster/cluster.js';
import { createHandOvers } from './cluster/hand-over.js';
import { registerTemplates } from './http/templates.js';
import { createWatchedSessions } from './cluster/watched-sessions.js';
import { registerAccountSettings } from './http/account-settings.js';
import { registerAccountVoice } from './http/account-voice.js';
import { registerAccount } from './http/account.js';
import { registerAudit } from './http/audit.js';
import { registerBreakGlass } from './http/break-glass.js';
import { registerGrant } from './http/deepgram/grant.js';
import { registerDeepgram } from './http/deepgram/register.js';
import { registerHealth, type Degradation, type HealthSources, type ServerPhase } from './http/health.js';
import { registerHealthDetails } from './http/health-details.js';
import { registerGroups } from './http/groups.js';
import { registerKeyTerms } from './http/key-terms.js';
import { registerKeys } from './http/keys.js';
import { registerLiveNow } from './http/live.js';
import { registerLogin } from './http/login.js';
import { registerMetrics } from './http/metrics.js';
import { registerModels } from './http/openai/models.js';
import { registerRealtimeSecrets } from './http/openai/realtime-secrets.js';
import { registerOpenAi } from './http/openai/register.js';
import { registerPage } from './http/page.js';
import { registerRetention } from './http/retention.js';
import { registerSessions } from './http/sessions.js';
import { registerTickets } from './http/tickets.js';
import { registerTranscriptions } from './http/transcriptions.js';
import type { AwaitingServices } from './http/transcribe-awaited.js';
import { registerUsers } from './http/users.js';
import type { CreateDialect } from './live/dialect.js';
import { registerLive } from './live/endpoint.js';
import { createLiveDirectory, type LiveDirectory } from './live/live-directory.js';
import { createLeftSessions } from './live/left-sessions.js';
import { createTurns } from './live/turns.js';
import { isServerAlive } from './records/session-lease.js';
import { measureDegradations } from './telemetry/degradation-metrics.js';
import type { PassState } from './verify/pass-state.js';

/** Adds every route of the server. */
export async function registerRoutes(
  http: FastifyInstance,
  parts: AppParts,
  dialects: readonly CreateDialect[],
): Promise<void> {
  const { access, log, metrics, origins } = parts;
  registerLogin(http, access, origins);
  registerAccount(http, access);
  registerTickets(http, access);
  await registerClientSecrets(http, parts);
  registerKeys(http, access);
  registerUsers(http, access);
  registerGroups(http, access);
  registerKeyTerms(http, { keyTerms: parts.keyTerms, audit: parts.storage.audit });
  registerRetention(http, parts.config, parts.storage);
  registerBreakGlass(http, access);
  const health = healthSources(parts);
  registerHealth(http, health);
  registerHealthDetails(http, health, parts);
  measureDegradations(metrics.registry, health.degraded);
  await registerPage(http, pageDirectory, log);
  registerMetrics(http, metrics.registry);
  await registerAudit(http, {
    ...parts.storage,
    verification: createAuditVerification(parts.config, parts.storage, log.unexpected),
    names: createSubjectNames(access.users, access.apiKeys),
  });
  await registerRecognition(http, parts, dialects);
}

/** The routes by which clients of other services get secrets. */
async function registerClientSecrets(
  http: FastifyInstance,
  { config, log, access, recognizers }: AppParts,
): Promise<void> {
  const services = { config, log, clientSecrets: access.clientSecrets, recognizer: recognizers.recognizer };
  if (config.compatibility.includes('openai')) await registerRealtimeSecrets(http, services);
  if (config.compatibility.includes('deepgram')) await registerGrant(http, services);
}

/** What takes speech, and gives back what was said. */
async function registerRecognition(
  http: FastifyInstance,
  parts: AppParts,
  dialects: readonly CreateDialect[],
): Promise<void> {
  const { config, reader, recognizers, storage, draining, access } = parts;
  const { records } = storage;
  const recordings = {
    ...parts,
    guard: access.guard,
    audit: storage.audit,
    records,
    recognizer: recognizers.recognizer,
    draining: draining.signal,
  };
  await registerTranscriptions(http, recordings);
  await registerAccountVoice(http, { ...recordings, access });
  registerTemplates(http, access);
  registerAccountSettings(http, access);
  await registerForOtherServices(http, recordings);
  const names = createSubjectNames(access.users, access.apiKeys);
  await registerSessions(http, {
    records,
    names,
    authorise: createSessionAuthorisation(access.guard),
    onSpeakersCorrected: (id, corrected) => parts.sessions.find(id)?.adoptSpeakers(corrected),
  });
  registerLiveNow(http, {
    directory: liveDirectory(parts),
    names,
    guard: access.guard,
    audit: storage.audit,
  });
  const spoken = dialects
    .map((create) => create({ config, reader }))
    .filter(({ service }) => service === undefined || config.compatibility.includes(service));
  const live = {
    ...parts,
    recognizer: recognizers.recognizer,
    refiner: recognizers.refiner,
    isDraining: () => draining.signal.aborted,
    records,
    isRecording: () => storage.queue.isWriting(),
    turns: createTurns(),
  };
  const left = createLeftSessions({
    ...live,
    dialects: spoken,
    serverId: storage.serverId,
    handOvers: parts.cluster && createHandOvers(parts.cluster.connection.nats, parts.log),
    isAlive: (serverId) => isServerAlive(storage, serverId),
  });
  await registerLive(http, spoken, { ...live, left });
}

/** The open sessions of this server and of those that share its database. */
function liveDirectory({ config, sessions, storage, cluster, log }: AppParts): LiveDirectory {
  const { records, serverId, masterKeys } = storage;
  const others = cluster && createWatchedSessions(cluster.connection.nats, masterKeys, log);
  const serverName = cluster?.membership.name ?? config.serverName;
  others?.answer(serverId, {
    name: serverName ?? serverId,
    stateOf: (id) => sessions.find(id)?.state(),
    stop: (id) => {
      const session = sessions.find(id);
      session?.stop();
      return session !== undefined;
    },
  });
  const isRecording = config.records === 'on';
  return createLiveDirectory({ sessions, records, isRecording, serverId, serverName, others });
}

/** The interfaces of other services over HTTP, for those whose clients may use the server. */
async function registerForOtherServices(http: FastifyInstance, recordings: AwaitingServices): Promise<void> {
  const { compatibility } = recordings.config;
  if (compatibility.includes('openai')) await registerOpenAi(http, recordings);
  if (compatibility.includes('deepgram')) await registerDeepgram(http, recordings);
  if (compatibility.includes('openai') || compatibility.includes('deepgram'))
    await registerModels(http, recordings);
}

function healthSources(parts: AppParts): HealthSources {
  const { config, version, recognizers, sessions, storage, draining } = parts;
  const verification = () => parts.background.verification()?.state();
  return {
    phase: () => phaseOf(recognizers.recognizer(), draining.signal.aborted),
    model: () => recognizers.recognizer()?.model.name ?? config.model,
    version,
    sessions: sessions.count,
    degraded: () => [
      ...degradationsOf(storage.audit.evidence()),
      ...(parts.hasRefusedRows() || hasDamagedRows(verification()) ? (['rows-refused'] as const) : []),
      ...clusterDegradations(parts.cluster),
    ],
    verification,
  };
}

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

function clusterDegradations(cluster: Cluster | undefined): readonly Degradation[] {
  if (!cluster) return [];
  return [
    ...(cluster.connection.isConnected() ? [] : (['cluster-away'] as const)),
    ...(cluster.membership.areClocksApart() ? (['clocks-apart'] as const) : []),
  ];
}

/** Whether the verification of all that is kept has met rows that are refused, including before the last start. */
function hasDamagedRows(state: PassState | undefined): boolean {
  return [state?.found, state?.lastFound].some((found) => (found?.['row'] ?? 0) > 0);
}
