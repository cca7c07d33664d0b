import { Readable } from 'node:stream';
import { SAMPLE_RATE } from '@auscult/asr';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Identity } from '../access/identity.js';
import { errorResponses, RequestError } from '../errors.js';
import { fhirDocument } from '../records/fhir-document.js';
import type { Actor, RecordSummary, SegmentVersion, SessionScope, StoredRecord } from '../records/record.js';
import type { RecordStore } from '../records/record-store.js';
import { transcriptOf } from '../records/transcript-of.js';
import { formatTranscript } from '../transcripts/format.js';
import { threeDecimals } from '../transcripts/transcript.js';

/** What may be asked for. */
type SessionAction =
  'record.list' | 'record.read' | 'record.correct' | 'record.export' | 'record.delete' | 'record.hold';

/** What somebody is allowed. */
interface Grant {
  readonly identity: Identity;
  /** Whose sessions a list may hold. */
  readonly scope: SessionScope;
  /** Why, where access was granted for a reason that was given. */
  readonly reason?: string;
}

/**
 * Decides who may do what with which session: resolves with what is allowed, and rejects with the `RequestError` that
 * the client is answered. For a list there is no resource.
 */
export type Authorise = (
  request: FastifyRequest,
  action: SessionAction,
  resource: RecordSummary | undefined,
) => Promise<Grant>;

/** What the routes need from the server. */
export interface SessionRoutes {
  readonly records: () => RecordStore;
  readonly authorise: Authorise;
}

const PATH = '/api/v1/sessions';

const EXPORT_TYPES = {
  text: 'text/plain',
  json: 'application/json',
  srt: 'application/x-subrip',
  vtt: 'text/vtt',
  fhir: 'application/fhir+json',
} as const;

type ExportFormat = keyof typeof EXPORT_TYPES;

const EXPORT_FORMATS = Object.keys(EXPORT_TYPES) as [ExportFormat, ...ExportFormat[]];

/** Where the column ends; no session comes near. */
const LAST_PLACE = 2 ** 31 - 1;

/** A correction replaces one utterance, and nobody dictates more in one. */
const LONGEST_CORRECTION = 20_000;

const sessionBody = z.object({
  id: z.string(),
  owner: z.string().meta({ description: 'Who held the session.' }),
  groups: z.array(z.string()).meta({ description: 'Groups that they were in then.' }),
  model: z.string(),
  language: z.string(),
  channels: z.int(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  finals: z.int().meta({ description: 'How many finals there are.' }),
  audioSeconds: z.number().meta({ description: 'Where the last one ends.' }),
  held: z.boolean().meta({ description: 'Under legal hold: nobody and no policy may destroy it.' }),
});

const versionBody = z.object({
  version: z.int().meta({ description: '1 is what was heard; later ones are corrections.' }),
  text: z.string(),
  start: z.number(),
  end: z.number(),
  confidence: z.number(),
  channel: z.int(),
  language: z.string(),
  words: z.array(z.object({ text: z.string(), start: z.number(), end: z.number(), confidence: z.number() })),
  writtenAt: z.iso.datetime(),
  writtenBy: z.string().optional().meta({ description: 'Who corrected it.' }),
});

const recordBody = sessionBody.extend({
  segments: z.array(
    z.object({
      place: z.int().meta({ description: 'Place in the session, from 0.' }),
      versions: z.array(versionBody).meta({ description: 'The newest last.' }),
    }),
  ),
});

const params = z.object({ id: z.string().min(1).max(64) });

const search = z.object({
  owner: z.string().min(1).max(200).optional(),
  language: z.string().min(1).max(35).optional(),
  from: z.iso.datetime().optional().meta({ description: 'Began then or later.' }),
  to: z.iso.datetime().optional().meta({ description: 'Began before.' }),
  held: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().min(1).max(100).optional().meta({ description: 'What `next` of the page before says.' }),
});

/** Adds the routes under `/api/v1/sessions`. */
export async function registerSessions(app: FastifyInstance, services: SessionRoutes): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.addHook('preValidation', (_request, reply, next) => {
      void reply.header('cache-control', 'no-store');
      next();
    });
    addReading(scope, services);
    addExport(scope, services);
    addChanging(scope, services);
    done();
  });
}

function addReading(app: FastifyInstance, services: SessionRoutes): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    PATH,
    {
      config: { action: 'record.list' },
      schema: {
        summary: 'Find recorded sessions',
        description: 'By what is known of them without reading them, the newest first.',
        querystring: search,
        response: {
          200: z.object({ sessions: z.array(sessionBody), next: z.string().optional() }),
          ...errorResponses('invalid_request', 'origin_not_allowed', 'records_unavailable'),
        },
      },
    },
    async (request) => {
      const grant = await services.authorise(request, 'record.list', undefined);
      const { from, to, ...query } = request.query;
      const page = await services
        .records()
        .find(
          { ...query, from: sortable(from), to: sortable(to), scope: grant.scope },
          actorOf(grant, request),
        );
      return { sessions: page.records.map(summaryBody), next: page.next };
    },
  );
  routes.get(
    `${PATH}/:id`,
    {
      config: { action: 'record.read' },
      schema: {
        summary: 'What was said in a session',
        description: 'Every final with all its versions.',
        params,
        response: {
          200: recordBody,
          ...errorResponses(
            'origin_not_allowed',
            'record_not_found',
            'record_damaged',
            'records_unavailable',
          ),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const actor = await permitted(request, 'record.read', id, services);
      return bodyOf(await services.records().read(id, actor));
    },
  );
}

function addExport(app: FastifyInstance, services: SessionRoutes): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const text = z.string();
  routes.get(
    `${PATH}/:id/export`,
    {
      config: { action: 'record.export' },
      schema: {
        summary: 'A session as a file',
        description:
          'The newest version of each final, as text, JSON, subtitles, or a FHIR R4 DocumentReference with the text in it.',
        params,
        querystring: z.object({ format: z.enum(EXPORT_FORMATS).default('text') }),
        response: {
          200: {
            description: 'The file.',
            content: Object.fromEntries(
              Object.values(EXPORT_TYPES).map((type) => [type, { schema: text }]),
            ) as Record<string, { schema: typeof text }>,
          },
          ...errorResponses('invalid_request', 'record_not_found', 'record_damaged', 'records_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { format } = request.query;
      const actor = await permitted(request, 'record.export', id, services);
      const record = await services.records().read(id, actor, 'record.export');
      void reply.type(`${EXPORT_TYPES[format]}; charset=utf-8`);
      return exported(record, format);
    },
  );
  routes.get(
    `${PATH}/:id/audio`,
    {
      config: { action: 'record.export' },
      schema: {
        summary: 'The kept audio of a session',
        description: 'One channel as a WAV file; empty where audio was not kept.',
        params,
        querystring: z.object({ channel: z.coerce.number().int().min(0).max(7).default(0) }),
        response: {
          200: { description: 'The audio.', content: { 'audio/wav': { schema: z.any() } } },
          ...errorResponses('invalid_request', 'record_not_found', 'record_damaged', 'records_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = await permitted(request, 'record.export', id, services);
      const pcm = await services.records().audio(id, request.query.channel, actor);
      return reply.type('audio/wav').send(Readable.from(waveOf(pcm), { objectMode: false }));
    },
  );
}

function addChanging(app: FastifyInstance, services: SessionRoutes): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    `${PATH}/:id/segments/:place/versions`,
    {
      config: { action: 'record.correct' },
      schema: {
        summary: 'Correct a final',
        description: 'Adds a version; those before are kept.',
        params: params.extend({ place: z.coerce.number().int().min(0).max(LAST_PLACE) }),
        body: z.strictObject({
          version: z.int().min(1).meta({ description: 'The version that is corrected.' }),
          text: z.string().max(LONGEST_CORRECTION),
        }),
        response: {
          201: versionBody,
          ...errorResponses(
            'invalid_request',
            'record_not_found',
            'record_changed',
            'record_damaged',
            'records_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { id, place } = request.params;
      const actor = await permitted(request, 'record.correct', id, services);
      void reply.code(201);
      return versionBodyOf(await services.records().correct(id, { place, ...request.body }, actor));
    },
  );
  for (const [method, held, summary] of [
    ['put', true, 'Put a session under legal hold'],
    ['delete', false, 'Release a session from legal hold'],
  ] as const) {
    routes[method](
      `${PATH}/:id/hold`,
      {
        config: { action: 'record.hold' },
        schema: {
          summary,
          params,
          response: { 204: z.null(), ...errorResponses('record_not_found', 'records_unavailable') },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        await services.records().hold(id, held, await permitted(request, 'record.hold', id, services));
        void reply.code(204);
        return null;
      },
    );
  }
  routes.delete(
    `${PATH}/:id`,
    {
      config: { action: 'record.delete' },
      schema: {
        summary: 'Destroy a session',
        description: 'Its key and everything that was said, also for the backups that there are.',
        params,
        response: {
          204: z.null(),
          ...errorResponses('record_not_found', 'record_on_hold', 'record_open', 'records_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = await permitted(request, 'record.delete', id, services);
      await services.records().destroy([id], actor);
      void reply.code(204);
      return null;
    },
  );
}

async function permitted(
  request: FastifyRequest,
  action: SessionAction,
  id: string,
  { records, authorise }: SessionRoutes,
): Promise<Actor> {
  const resource = await records().summary(id);
  // Whoever may not know what there is learns nothing from what there is not.
  const grant = await authorise(request, action, resource);
  if (resource === undefined) throw new RequestError('record_not_found');
  return actorOf(grant, request);
}

function actorOf({ identity, reason }: Grant, { ip }: FastifyRequest): Actor {
  return { who: identity, from: ip, ...(reason === undefined ? {} : { reason }) };
}

/** As times are stored, so that text compares as time does. */
function sortable(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function exported(record: StoredRecord, format: ExportFormat): string {
  if (format === 'fhir') return `${JSON.stringify(fhirDocument(record))}\n`;
  return formatTranscript(transcriptOf(record), format, { about: { id: record.id }, words: true });
}

function summaryBody(record: RecordSummary): z.output<typeof sessionBody> {
  const { id, owner, groups, model, language, channels, startedAt, endedAt, finals, audioSeconds, held } =
    record;
  return {
    id,
    owner,
    groups: [...groups],
    model,
    language,
    channels,
    startedAt,
    endedAt,
    finals,
    audioSeconds: threeDecimals(audioSeconds),
    held,
  };
}

function bodyOf(record: StoredRecord): z.output<typeof recordBody> {
  return {
    ...summaryBody(record),
    segments: record.segments.map(({ place, versions }) => ({
      place,
      versions: versions.map(versionBodyOf),
    })),
  };
}

function versionBodyOf(version: SegmentVersion): z.output<typeof versionBody> {
  return { ...version, start: threeDecimals(version.start), end: threeDecimals(version.end) };
}

const SAMPLE_BYTES = 2;
/** The length is not known before the end: readers take what comes. */
const UNKNOWN_LENGTH = 0xff_ff_ff_ff;

async function* waveOf(pcm: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield waveHeader();
  yield* pcm;
}

/** RIFF header of 16-bit mono PCM at 16 kHz. */
function waveHeader(): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(UNKNOWN_LENGTH, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * SAMPLE_BYTES, 28);
  header.writeUInt16LE(SAMPLE_BYTES, 32);
  header.writeUInt16LE(8 * SAMPLE_BYTES, 34);
  header.write('data', 36);
  header.writeUInt32LE(UNKNOWN_LENGTH, 40);
  return header;
}
