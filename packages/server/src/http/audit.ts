import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { auditedIdentity } from '../access/access-audit.js';
import { requireIdentity } from '../access/guard.js';
import type { Identity } from '../access/identity.js';
import { atMost } from '../at-most.js';
import type { AuditAction } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import { exportLineFor } from '../audit/export-lines.js';
import { auditEntryBody, searchAudit } from '../audit/search-log.js';
import { readEntries } from '../audit/stored-chain.js';
import type { AuditVerification, VerificationState } from '../audit/verification.js';
import type { AuditReport } from '../audit/verify.js';
import type { Database } from '../db/database.js';
import { createSlices } from '../time-slices.js';

const PATH = '/api/v1/audit';

/** What the routes need from the server. */
export interface AuditRoutes {
  readonly database: Database;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly verification: AuditVerification;
}

const name = z.string().min(1).max(400);

const search = z.object({
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: 'Only what was done then or later.' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Only what was done before then.' }),
  actor: name.optional().meta({ description: 'Who did it: the subject of an identity.' }),
  action: name.optional().meta({
    description: 'What was done, such as `record.read`; `record` stands for all that begin so.',
  }),
  outcome: z.enum(['success', 'denied', 'failure']).optional(),
  what: name.optional().meta({ description: 'To what it was done: the id of a session, a user or a key.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: '`next` of the page before this one.' }),
});

const problem = z.object({
  kind: z.string().meta({ description: 'What is wrong, see docs/security.md.' }),
  sequence: z.int().meta({ description: 'The entry, or the one that an anchor names; 0 if there is none.' }),
});

const verification = z.object({
  state: z.enum(['none', 'running', 'done', 'failed']),
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  done: z.int().optional().meta({ description: 'Entries that were read.' }),
  of: z.int().optional().meta({ description: 'How many there are.' }),
  result: z
    .object({
      sound: z.boolean().meta({ description: 'Whether nothing is wrong.' }),
      entries: z.int(),
      hash: z.string().meta({ description: 'Of the last entry.' }),
      anchors: z.int().meta({ description: 'Anchors outside the database that agree.' }),
      isSealChecked: z
        .boolean()
        .meta({ description: 'Whether the end of the log was compared with its seal.' }),
      firstProblem: problem.optional().meta({ description: 'The first in the order of the log.' }),
      problems: z.array(problem).meta({ description: 'At most 100.' }),
      accepted: z
        .array(problem)
        .meta({ description: 'Problems that were accepted, with all that is known of them.' }),
    })
    .optional(),
});

/** How long the answer waits for a verification, milliseconds: most logs are read by then. */
const PATIENCE_MS = 5000;

/** Adds the routes under `/api/v1/audit`. */
export async function registerAudit(app: FastifyInstance, services: AuditRoutes): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.addHook('preValidation', (_request, reply, next) => {
      void reply.header('cache-control', 'no-store');
      next();
    });
    addSearch(scope, services);
    addVerification(scope, services);
    addExport(scope, services);
    done();
  });
}

function addSearch(app: FastifyInstance, { database, audit }: AuditRoutes): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    PATH,
    {
      config: { action: 'audit.read' },
      schema: {
        summary: 'Who did what',
        description:
          'Entries of the audit log of the tenant, the newest first. For one page, a bounded part of the log is looked through: ' +
          'it may hold fewer entries than asked for, or none, although there is `next`; `searchedTo` says how far back it reaches.',
        querystring: search,
        response: {
          200: z.object({
            entries: z.array(auditEntryBody.omit({ tenant: true })),
            searchedTo: z.string().optional(),
            next: z.int().optional(),
          }),
        },
      },
    },
    async (request) => {
      const identity = requireIdentity(request);
      const { from, to, after, ...conditions } = request.query;
      const found = await searchAudit(database, {
        ...conditions,
        from: sortable(from),
        to: sortable(to),
        before: after,
        tenant: identity.tenant,
      });
      const counts = { found: found.entries.length };
      await audit.append({ ...eventOf('audit.read', identity, request), counts });
      return { ...found, entries: [...found.entries] };
    },
  );
}

function addVerification(app: FastifyInstance, { audit, verification: verifier }: AuditRoutes): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    `${PATH}/verify`,
    {
      config: { action: 'audit.verify' },
      schema: {
        summary: 'Verify the audit log',
        description:
          'Reads every entry and compares the log with its seal and its anchors, as `auscult audit verify` does. If that takes more than ' +
          'some seconds, the answer is 202, and `GET` tells how far it has come. Whoever asks meanwhile gets the result of the same verification.',
        response: { 200: verification, 202: verification },
      },
    },
    async (request, reply) => {
      if (verifier.state().state !== 'running')
        await audit.append(eventOf('audit.verify', requireIdentity(request), request));
      await atMost(PATIENCE_MS, verifier.run());
      const state = verifier.state();
      void reply.code(state.state === 'running' ? 202 : 200);
      return bodyOf(state);
    },
  );
  routes.get(
    `${PATH}/verify`,
    {
      config: { action: 'audit.verify' },
      schema: {
        summary: 'How far the verification of the audit log has come',
        description: 'Of the last one that was asked for at this server since its start.',
        response: { 200: verification },
      },
    },
    () => bodyOf(verifier.state()),
  );
}

function addExport(app: FastifyInstance, { database, audit }: AuditRoutes): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    `${PATH}/export`,
    {
      config: { action: 'audit.export' },
      schema: {
        summary: 'The audit log as a file',
        description:
          'Each entry as a line of JSON with the hash that chains it, as `auscult audit export` writes them. Of entries of other ' +
          'tenants, only the hash is there, by which the next entry can be verified.',
        response: {
          200: { description: 'The file.', content: { 'application/x-ndjson': { schema: z.any() } } },
        },
      },
    },
    async (request, reply) => {
      const identity = requireIdentity(request);
      await audit.append(eventOf('audit.export', identity, request));
      const lines = Readable.from(linesFor(database, identity.tenant), { objectMode: false });
      return reply
        .type('application/x-ndjson; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit.jsonl"')
        .send(lines);
    },
  );
}

/** Characters that are handed to the socket together. */
const CHUNK = 65_536;

async function* linesFor(database: Database, tenant: string): AsyncGenerator<string> {
  const sliceEnds = createSlices();
  let chunk = '';
  for await (const row of readEntries(database.db)) {
    chunk += exportLineFor(tenant, row);
    if (chunk.length >= CHUNK) {
      yield chunk;
      chunk = '';
    }
    await sliceEnds();
  }
  yield chunk;
}

function bodyOf(state: VerificationState): z.output<typeof verification> {
  if (state.state !== 'done') return state;
  const { report, ...about } = state;
  return { ...about, result: resultOf(report) };
}

function resultOf(report: AuditReport): NonNullable<z.output<typeof verification>['result']> {
  const { entries, head, anchors, isSealChecked, problems, accepted } = report;
  const [firstProblem] = problems.toSorted((one, other) => one.sequence - other.sequence);
  return {
    sound: problems.length === 0,
    entries,
    hash: head.hash,
    anchors,
    isSealChecked,
    firstProblem,
    problems: [...problems],
    accepted: [...accepted],
  };
}

function eventOf(action: AuditAction, identity: Identity, { ip }: FastifyRequest) {
  return {
    action,
    outcome: 'success',
    who: auditedIdentity(identity),
    from: ip,
    what: undefined,
  } as const;
}

/** A time in the form in which times are stored, so that text compares as time does. */
function sortable(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
