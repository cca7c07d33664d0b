import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { AppParts } from '../app-parts.js';
import type { ApiKey } from '../access/api-keys.js';
import { requireIdentity } from '../access/guard.js';
import type { Cluster } from '../cluster/cluster.js';
import { readRooms } from '../telemetry/disk-metrics.js';
import { readExpiries } from '../telemetry/expiry-metrics.js';
import { gaugeOf, quantilesOf } from '../telemetry/quantiles.js';
import { healthBody, healthOf, type HealthSources } from './health.js';

/** What the route needs from the server, besides what `/health` tells. */
export type HealthDetailParts = Pick<
  AppParts,
  'config' | 'metrics' | 'recognizers' | 'storage' | 'cluster' | 'journal' | 'access'
>;

const seconds = z.number().optional();

const details = healthBody.extend({
  database: z.object({
    kind: z.enum(['sqlite', 'postgres']),
    isWriting: z.boolean().meta({ description: 'Whether records and audit log can be written.' }),
  }),
  load: z.object({
    admitted: z.boolean().meta({ description: 'Whether a new session would be taken now.' }),
    reason: z.string().optional().meta({ description: 'Why not: `finals-late` or `no-worker-ready`.' }),
    waitingFinals: z.int(),
    waitingPartials: z.int(),
    liveStreams: z.int(),
    mostSessions: z.int().meta({ description: 'The setting `maxSessions`.' }),
  }),
  delays: z
    .object({
      finals: z.object({ p50: seconds, p95: seconds, p99: seconds, now: seconds }),
      partials: z.object({ p50: seconds, p95: seconds, p99: seconds }),
      commits: z.object({ p50: seconds, p99: seconds }),
      eventLoop: z.object({ p50: seconds, p99: seconds }),
    })
    .meta({
      description:
        'Seconds since the start of the server, estimated from the buckets of the metrics; `now` is what decides about new sessions, ' +
        'and `eventLoop` is how late the server did what was due.',
    }),
  workers: z.array(
    z.object({
      state: z.enum(['starting', 'ready', 'backing-off']),
      restarts: z.int(),
      residentBytes: z.number(),
      jobs: z.int(),
    }),
  ),
  pool: z
    .object({ machines: z.int(), capacity: z.int(), jobsMoved: z.int() })
    .optional()
    .meta({ description: 'The machines that infer for the server, if others do.' }),
  disks: z.array(z.object({ folder: z.string(), freeBytes: z.number(), sizeBytes: z.number() })),
  journal: z
    .object({
      waitingBytes: z.number().meta({ description: 'Accepted audio that waits for the disk.' }),
      keptBytes: z.number(),
      unsettledSeconds: z.number().meta({
        description: 'Accepted audio that waits for its text, of the session in which this is most.',
      }),
    })
    .optional(),
  expiring: z.array(z.object({ setting: z.string(), expiresAt: z.iso.datetime() })).meta({
    description: 'When certificates and credentials expire that settings name.',
  }),
  keysExpiring: z.array(z.object({ id: z.string(), name: z.string(), expiresAt: z.iso.datetime() })).meta({
    description: 'Keys of the tenant that expire within 30 days, the next first.',
  }),
  audit: z.object({
    sinks: z.array(z.object({ name: z.string(), failingSince: z.iso.datetime().optional() })).meta({
      description: 'The places that take anchors of the audit log.',
    }),
    findings: z.array(z.string()),
  }),
  cluster: z
    .object({
      isConnected: z.boolean(),
      areClocksApart: z.boolean(),
      servers: z.array(z.object({ name: z.string(), version: z.string() })),
    })
    .optional(),
});

type Details = z.output<typeof details>;

/** Adds `/api/v1/health`. */
export function registerHealthDetails(
  app: FastifyInstance,
  sources: HealthSources,
  parts: HealthDetailParts,
): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/health',
    {
      config: { action: 'health.details' },
      schema: {
        summary: 'How the server is doing',
        description:
          'What `/health` tells, and what people need who keep it running. Of this server, behind a balancer of any.',
        response: { 200: details },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return {
        ...healthOf(sources),
        ...(await detailsOf(parts)),
        keysExpiring: keysExpiring(await parts.access.apiKeys.list(requireIdentity(request).tenant)),
      };
    },
  );
}

type Collected = Omit<Details, keyof z.output<typeof healthBody> | 'keysExpiring'>;

async function detailsOf(parts: HealthDetailParts): Promise<Collected> {
  const { config, storage, journal, cluster, recognizers } = parts;
  const status = recognizers.recognizer()?.status();
  const { sinks, findings } = storage.audit.evidence();
  const [rooms, expiries, members, delays] = await Promise.all([
    readRooms(config),
    readExpiries(config),
    membersOf(cluster),
    delaysOf(parts),
  ]);
  return {
    database: { kind: storage.database.kind, isWriting: storage.queue.isWriting() },
    load: loadOf(parts),
    delays,
    workers: (status?.workers ?? []).map(({ state, restarts, residentBytes, jobs }) => ({
      state,
      restarts,
      residentBytes,
      jobs,
    })),
    pool: status?.pool,
    disks: rooms.map(({ folder, free, size }) => ({ folder, freeBytes: free, sizeBytes: size })),
    journal: journal?.status(),
    expiring: expiries.map(({ setting, expiresAt }) => ({ setting, expiresAt: expiresAt.toISOString() })),
    audit: {
      sinks: sinks.map(({ name, failingSince }) => ({ name, failingSince: timeOf(failingSince) })),
      findings: [...findings],
    },
    cluster: cluster && {
      isConnected: cluster.connection.isConnected(),
      areClocksApart: cluster.membership.areClocksApart(),
      servers: members.map(({ name, version }) => ({ name, version })),
    },
  };
}

function loadOf({ config, recognizers }: HealthDetailParts): Details['load'] {
  const recognizer = recognizers.recognizer();
  const admission = recognizer?.admission() ?? { admitted: false, reason: 'no-worker-ready' };
  const status = recognizer?.status();
  return {
    ...admission,
    waitingFinals: status?.waitingFinals ?? 0,
    waitingPartials: status?.waitingPartials ?? 0,
    liveStreams: status?.liveStreams ?? 0,
    mostSessions: config.maxSessions,
  };
}

const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

async function delaysOf({ metrics, recognizers }: HealthDetailParts): Promise<Details['delays']> {
  const { registry } = metrics;
  const [finals, partials, commits] = await Promise.all([
    quantilesOf(registry, 'auscult_final_delay_seconds', QUANTILES),
    quantilesOf(registry, 'auscult_partial_delay_seconds', QUANTILES),
    quantilesOf(registry, 'auscult_commit_seconds', { p50: 0.5, p99: 0.99 }),
  ]);
  return {
    finals: { ...finals, now: recognizers.recognizer()?.status().finalDelaySeconds },
    partials,
    commits,
    eventLoop: {
      p50: await gaugeOf(registry, LOOP_DELAY, { quantile: '0.5' }),
      p99: await gaugeOf(registry, LOOP_DELAY, { quantile: '0.99' }),
    },
  };
}

const LOOP_DELAY = 'auscult_event_loop_delay_seconds';

const SOON_MS = 30 * 24 * 3_600_000;

function keysExpiring(keys: readonly ApiKey[]): Details['keysExpiring'] {
  const now = Date.now();
  return keys
    .flatMap(({ id, name, expiresAt, revokedAt }) =>
      expiresAt === undefined || revokedAt !== undefined ? [] : [{ id, name, expiresAt }],
    )
    .filter(({ expiresAt }) => Date.parse(expiresAt) > now && Date.parse(expiresAt) <= now + SOON_MS)
    .toSorted((one, other) => Date.parse(one.expiresAt) - Date.parse(other.expiresAt));
}

/** Nobody while NATS is away, which is reported apart. */
async function membersOf(
  cluster: Cluster | undefined,
): Promise<Awaited<ReturnType<Cluster['membership']['members']>>> {
  if (cluster?.connection.isConnected() !== true) return [];
  return cluster.membership.members().catch(() => []);
}

function timeOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}
