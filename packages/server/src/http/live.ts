import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { auditedIdentity } from '../access/access-audit.js';
import { requireIdentity, type Guard } from '../access/guard.js';
import type { Identity } from '../access/identity.js';
import { scopeOfList } from '../access/list-scope.js';
import { atMostOften } from '../at-most-often.js';
import type { AuditAction, AuditEvent } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import { errorResponses, RequestError } from '../errors.js';
import type { LiveDirectory, WatchedSession } from '../live/live-directory.js';
import { threeDecimals } from '../transcripts/transcript.js';

const PATH = '/api/v1/live';

/** What the routes need from the server. */
export interface LiveRoutes {
  readonly directory: LiveDirectory;
  readonly guard: Guard;
  readonly audit: Pick<AuditLog, 'append'>;
}

const sessionBody = z.object({
  id: z.string(),
  owner: z.string().meta({ description: 'Who speaks.' }),
  groups: z.array(z.string()).meta({ description: 'Groups of the owner.' }),
  startedAt: z.iso.datetime(),
  language: z.string(),
  model: z.string(),
  channels: z.int(),
  server: z.string().optional().meta({ description: 'Name of the server that holds it, if that is known.' }),
  protocol: z.string().optional().meta({ description: 'The protocol that its client speaks.' }),
  client: z.string().optional().meta({ description: 'The name that the client program gives itself.' }),
  connected: z.boolean().optional().meta({
    description: 'Whether its client is there. If not, it may come back.',
  }),
  ending: z.boolean().optional().meta({
    description: 'Whether its client was let go, and only the rest of its text is awaited.',
  }),
  audioSeconds: z.number().optional().meta({ description: 'Audio that was taken.' }),
  finalDelaySeconds: z.number().optional().meta({
    description: 'How much audio had come after the last final when it was sent, seconds.',
  }),
});

const page = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(200),
  after: z.string().min(1).max(100).optional().meta({ description: '`next` of the page before this one.' }),
});

/** A list that refreshes itself is noted once in this time for each who watches, milliseconds. */
const NOTED_EVERY_MS = 10 * 60_000;

/** Adds the routes under `/api/v1/live`. */
export function registerLiveNow(app: FastifyInstance, services: LiveRoutes): void {
  addList(app, services);
  addStop(app, services);
}

function addList(app: FastifyInstance, { directory, audit }: LiveRoutes): void {
  const isDue = atMostOften(NOTED_EVERY_MS);
  app.withTypeProvider<ZodTypeProvider>().get(
    PATH,
    {
      config: { action: 'session.watch' },
      schema: {
        summary: 'Who speaks now',
        description:
          'The live sessions that are open at any server of the database, the newest first, without their text. `protocol` and ' +
          'what follows it are missing where the server that holds a session does not answer.',
        querystring: page,
        response: { 200: z.object({ sessions: z.array(sessionBody), next: z.string().optional() }) },
      },
    },
    async (request, reply) => {
      const identity = requireIdentity(request);
      if (isDue(`${identity.tenant} ${identity.subject} ${request.ip}`))
        await audit.append(eventOf('session.watch', identity, request));
      const { sessions, next } = await directory.list(scopeOfList('session.watch', identity), request.query);
      void reply.header('cache-control', 'no-store');
      return { sessions: sessions.map(bodyOf), next };
    },
  );
}

function addStop(app: FastifyInstance, { directory, guard, audit }: LiveRoutes): void {
  app.withTypeProvider<ZodTypeProvider>().delete(
    `${PATH}/:id`,
    {
      config: { action: 'session.stop' },
      schema: {
        summary: 'End a live session',
        description:
          'At whichever server holds it. Its client is told `ended_by_administrator`, and does not come back; the text of all ' +
          'audio that was taken is completed in its record.',
        params: z.object({ id: z.string().min(1).max(64) }),
        response: { 204: z.null(), ...errorResponses('session_not_open', 'session_out_of_reach') },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const identity = requireIdentity(request);
      const ownership = await directory.ownershipOf(id);
      if (ownership === undefined) throw new RequestError('session_not_open');
      await guard.authorise(request, 'session.stop', ownership, 'session_not_open', id);
      const outcome = await directory.stop(id);
      if (outcome === 'not-open') throw new RequestError('session_not_open');
      const event = eventOf('session.stop', identity, request, id);
      await audit.append(outcome === 'stopped' ? event : { ...event, outcome: 'failure' });
      if (outcome === 'out-of-reach') throw new RequestError('session_out_of_reach', {}, RETRY_AFTER_SECONDS);
      void reply.code(204);
      return null;
    },
  );
}

const RETRY_AFTER_SECONDS = 5;

function eventOf(action: AuditAction, identity: Identity, { ip }: FastifyRequest, what?: string): AuditEvent {
  return { action, outcome: 'success', who: auditedIdentity(identity), from: ip, what };
}

function bodyOf({ groups, state, ...known }: WatchedSession): z.output<typeof sessionBody> {
  return {
    ...known,
    groups: [...groups],
    ...(state && {
      protocol: state.protocol,
      client: state.client,
      connected: state.isConnected,
      ending: state.isEnding,
      audioSeconds: threeDecimals(state.audioSeconds),
      finalDelaySeconds:
        state.finalDelaySeconds === undefined ? undefined : threeDecimals(state.finalDelaySeconds),
    }),
  };
}
