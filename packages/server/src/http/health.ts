import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorBody, httpError } from '../errors.js';
import { countOf, type PassState } from '../verify/pass-state.js';

/** What the server is doing: `unhealthy` means that no inference process is ready at the moment. */
export type ServerPhase = 'starting' | 'healthy' | 'unhealthy' | 'draining';

/** What the health routes report. */
export interface HealthSources {
  readonly phase: () => ServerPhase;
  /** Name of the model; as it was configured, until it is loaded. */
  readonly model: () => string;
  readonly version: string;
  readonly sessions: () => number;
  /** Problems that need attention although sessions are taken. */
  readonly degraded: () => readonly Degradation[];
  /** How far the verification of all that the server keeps has come; undefined before it has begun. */
  readonly verification: () => PassState | undefined;
}

/** A problem: evidence of the audit log is missing or not taken outside, the database was changed from outside, NATS is away, or clocks are apart. */
export type Degradation = (typeof DEGRADATIONS)[number];

/** Every problem that `degraded` may list. */
export const DEGRADATIONS = [
  'audit-file',
  'audit-syslog',
  'audit-timestamp',
  'audit-anchors-missing',
  'audit-tampered',
  'rows-refused',
  'cluster-away',
  'clocks-apart',
] as const;

const degradations = z.array(z.enum(DEGRADATIONS)).meta({
  description:
    'Problems that need attention although sessions are accepted: places that take no anchors of the audit log, missing anchors, an audit log or rows of the database that were changed by something other than a server, a NATS that is away, clocks of machines that are more than 5 minutes apart.',
});

/** What `/health` answers. */
export const healthBody = z.object({
  status: z.enum(['starting', 'healthy', 'unhealthy', 'draining']),
  model: z.string().meta({ description: 'Name of the model that transcribes.' }),
  version: z.string(),
  sessions: z.int().min(0).meta({ description: 'Live sessions that are open.' }),
  uptimeSeconds: z.number().min(0),
  degraded: degradations,
  verification: z
    .object({
      wholeAt: z
        .string()
        .optional()
        .meta({ description: 'When the last verification of everything that is kept ended.' }),
      damaged: z.int().min(0).meta({
        description:
          'How many things that verification, or the one under way, found damaged: the larger number.',
      }),
    })
    .optional(),
});

/** Adds `/health`, `/health/live` and `/health/ready`. */
export function registerHealth(app: FastifyInstance, sources: HealthSources): void {
  const { phase, degraded } = sources;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/health',
    {
      config: { action: 'health.read' },
      schema: {
        summary: 'Status and model',
        description: 'Status 200 when healthy, 503 otherwise, with the same body.',
        response: { 200: healthBody, 503: healthBody },
      },
    },
    (_request, reply) => {
      const health = healthOf(sources);
      void reply.code(health.status === 'healthy' ? 200 : 503);
      return health;
    },
  );
  routes.get(
    '/health/live',
    {
      config: { action: 'health.probe' },
      schema: {
        summary: 'Whether the process runs',
        description: 'For liveness probes: answers as long as the event loop turns.',
        response: { 200: z.object({ status: z.literal('live') }) },
      },
    },
    () => ({ status: 'live' as const }),
  );
  routes.get(
    '/health/ready',
    {
      config: { action: 'health.probe' },
      schema: {
        summary: 'Whether new sessions can be taken',
        description:
          'For readiness probes: 503 until the model is warm, and from the start of a shutdown on.',
        response: { 200: z.object({ status: z.literal('ready'), degraded: degradations }), 503: errorBody },
      },
    },
    (_request, reply) => {
      const status = phase();
      if (status === 'healthy') return { status: 'ready' as const, degraded: [...degraded()] };
      void reply.code(503);
      return httpError(status === 'draining' ? 'draining' : 'not_ready').body;
    },
  );
}

/** What `/health` answers now. */
export function healthOf(sources: HealthSources): z.output<typeof healthBody> {
  const { phase, model, version, sessions, degraded, verification } = sources;
  return {
    status: phase(),
    model: model(),
    version,
    sessions: sessions(),
    uptimeSeconds: Math.round(process.uptime()),
    degraded: [...degraded()],
    verification: verificationOf(verification()),
  };
}

function verificationOf(state: PassState | undefined): z.output<typeof healthBody>['verification'] {
  if (state === undefined) return undefined;
  const { wholeAt, found, lastFound } = state;
  return { wholeAt, damaged: Math.max(countOf(found), countOf(lastFound)) };
}
