import { Readable } from 'node:stream';
import { waveHeader } from '@auscult/asr';
import {
  boundedList,
  knownSpeaker,
  protocolLimits,
  speakerAssignment,
  speakerCorrections,
  speakerNumber,
  transcriptionTask,
} from '@auscult/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Identity } from '../access/identity.js';
import type { SubjectNames } from '../access/subject-names.js';
import { errorResponses, RequestError } from '../errors.js';
import { jsonPieces, mapped, writtenJson } from '../json-pieces.js';
import { chosenText, standing, takenBack, TEXT_VERSIONS, type TextVersion } from '../records/chosen-text.js';
import { fhirDocument } from '../records/fhir-document.js';
import {
  SESSION_KINDS,
  SESSION_ORDERS,
  SESSION_STATES,
  type Actor,
  type RecordedSegment,
  type RecordSummary,
  type SegmentVersion,
  type SessionScope,
  type StoredRecord,
} from '../records/record.js';
import type { ChannelAudio } from '../records/read-audio.js';
import { RECOGNITION_PASSES, recordedWord } from '../records/record-content.js';
import type { RecordStore } from '../records/record-store.js';
import { recordedSettings } from '../records/recorded-settings.js';
import type { CorrectedSpeakers } from '../records/speaker-changes.js';
import { markedTranscriptOf, transcriptOf } from '../records/transcript-of.js';
import { transcriptPieces } from '../transcripts/format.js';
import { runningText, threeDecimals } from '../transcripts/transcript.js';
import { byteRange } from './byte-range.js';
import { answerInPieces } from './answer-in-pieces.js';

/** The actions on recorded sessions. */
type SessionAction =
  'record.list' | 'record.read' | 'record.correct' | 'record.export' | 'record.delete' | 'record.hold';

/** What an authorisation allows. */
interface Grant {
  readonly identity: Identity;
  /** Whose sessions a list may hold. */
  readonly scope: SessionScope;
  /** The reason that was given, if access was granted for one. */
  readonly reason?: string | undefined;
}

/**
 * Decides who may do what with which session: resolves with what is allowed, or rejects with the `RequestError` that
 * answers the client. A list has no resource.
 */
export type Authorise = (
  request: FastifyRequest,
  action: SessionAction,
  resource: RecordSummary | undefined,
) => Promise<Grant>;

/** What the routes need from the server. */
export interface SessionRoutes {
  readonly records: RecordStore;
  readonly authorise: Authorise;
  readonly names: SubjectNames;
  /** Told what was corrected in a session, which may still be open on this server. */
  readonly onSpeakersCorrected: (id: string, corrected: CorrectedSpeakers) => void;
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

/** The largest value of the column; no session comes near it. */
const LAST_PLACE = 2 ** 31 - 1;

/** The most characters of a correction: it replaces one utterance, and nobody dictates more in one. */
const LONGEST_CORRECTION = 20_000;

const sessionBody = z.object({
  id: z.string(),
  kind: z.enum(SESSION_KINDS).meta({ description: '`upload` for a recording that was sent as a whole.' }),
  state: z.enum(SESSION_STATES).meta({
    description: '`interrupted`: its server went down, and nobody has gone on with it.',
  }),
  owner: z.string().meta({ description: 'Who held the session.' }),
  ownerName: z.string().optional().meta({
    description: 'The name of the user or key, if the tenant still has it.',
  }),
  groups: z.array(z.string()).meta({ description: 'Groups of the owner at the time of the session.' }),
  model: z.string(),
  version: z.string().optional().meta({ description: 'Version of the server.' }),
  language: z.string(),
  task: z.string().optional(),
  channels: z.int(),
  sampleRate: z.int().optional().meta({ description: 'Sample rate of the audio as the client sent it, Hz.' }),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  finals: z.int().meta({ description: 'How many finals there are.' }),
  audioSeconds: z.number().meta({ description: 'Where the last final ends, seconds.' }),
  missingSeconds: z.number().optional().meta({
    description:
      'Length of audio that was accepted but has no text in the record, because recognition failed or the server stopped before, seconds. Present once the session has ended.',
  }),
  held: z.boolean().meta({ description: 'Under legal hold: nobody and no policy may destroy it.' }),
});

type SessionBody = z.output<typeof sessionBody>;

const speakerList = z.array(knownSpeaker).meta({
  description: 'Everybody who speaks, if speakers were told apart, and what is known of them.',
});

const versionBody = z.object({
  version: z.int().meta({ description: '1 is what was recognised; later ones are corrections.' }),
  text: z.string().meta({ description: 'Empty if the final only takes others back, or was a command.' }),
  command: z
    .object({ id: z.string().optional(), phrase: z.string(), variables: z.record(z.string(), z.string()) })
    .readonly()
    .optional()
    .meta({ description: 'The command that it was, which was sent in place of text.' }),
  spoken: z.string().optional().meta({ description: 'What was said, if the text is written differently.' }),
  start: z.number(),
  end: z.number(),
  confidence: z.number(),
  channel: z.int(),
  sequence: z
    .int()
    .optional()
    .meta({ description: 'Number of the final in its channel, if it was sent live.' }),
  language: z.string(),
  speaker: speakerNumber
    .optional()
    .meta({ description: 'Who said most of it, if speakers were told apart.' }),
  words: z.array(recordedWord).readonly(),
  writtenAt: z.iso.datetime(),
  writtenBy: z.string().optional().meta({ description: 'Who corrected it.' }),
});

const segmentBody = z.object({
  place: z.int().meta({ description: 'Number of the final in its pass, from 0.' }),
  versions: z.array(versionBody).meta({ description: 'The newest last.' }),
});

const recordBody = sessionBody.extend({
  settings: recordedSettings.optional().meta({ description: 'The settings of the session.' }),
  text: z.string().meta({ description: 'What was said, in the version of the query.' }),
  speakers: speakerList,
  segments: z.array(segmentBody).meta({ description: 'What was heard live, with corrections.' }),
  takenBack: z
    .array(segmentBody.extend({ takenBackAt: z.iso.datetime().optional() }))
    .meta({ description: 'Finals that the speaker took back: their text no longer counts.' }),
  refined: z
    .array(
      z.object({
        id: z.string().meta({ description: 'Id of the transcription that made it.' }),
        model: z.string(),
        start: z.number(),
        end: z.number(),
        writtenAt: z.iso.datetime(),
        segments: z.array(segmentBody),
      }),
    )
    .meta({ description: 'Stretches that the second pass heard as a whole, and their text.' }),
  audio: z.array(z.object({ channel: z.int(), seconds: z.number() })).meta({
    description: 'The channels of which audio is kept, and how long it is.',
  }),
  isWhole: z.boolean().meta({
    description: 'False if something was removed from the record or added to it, other than by a server.',
  }),
});

const version = z
  .enum(TEXT_VERSIONS)
  .default('newest')
  .meta({
    description:
      '`live`: the text that was sent while people spoke. `refined`: the text of the second pass, and live text where there ' +
      'is none. `edited`: live text with corrections. `newest`: for each stretch the latest correction, else the text of the ' +
      'second pass, else live text.',
  });

const damaged = z
  .enum(['refuse', 'show'])
  .default('refuse')
  .meta({
    description:
      '`show` answers with what is left of a record that was tampered with, and marks it by `isWhole`; otherwise such a ' +
      'record is refused as `record_damaged`.',
  });

const params = z.object({ id: z.string().min(1).max(64) });

const search = z.object({
  owner: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'The subject of an identity, or the name of a user.' }),
  group: z.string().min(1).max(200).optional().meta({
    description: 'Only sessions of owners who were in this group at the time.',
  }),
  kind: z.enum(SESSION_KINDS).optional(),
  state: z.enum(SESSION_STATES).optional(),
  model: z.string().min(1).max(200).optional(),
  task: transcriptionTask.optional(),
  language: z.string().min(1).max(35).optional(),
  from: z.iso.datetime().optional().meta({ description: 'Only sessions that began then or later.' }),
  to: z.iso.datetime().optional().meta({ description: 'Only sessions that began before then.' }),
  held: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  order: z
    .enum(SESSION_ORDERS)
    .default('newest')
    .meta({ description: 'Which comes first, by their beginning.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().min(1).max(100).optional().meta({
    description:
      '`next` of the page before this one, which was asked for with the same conditions and order.',
  }),
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
        description:
          'Finds sessions by what is known of them without their text, which is encrypted and cannot be searched.',
        querystring: search,
        response: {
          200: z.object({ sessions: z.array(sessionBody), next: z.string().optional() }),
        },
      },
    },
    async (request) => {
      const grant = await services.authorise(request, 'record.list', undefined);
      const { from, to, owner: whose, ...query } = request.query;
      const { tenant } = grant.identity;
      const owner = whose === undefined ? undefined : await services.names.subjectOf(tenant, whose);
      const page = await services.records.find(
        { ...query, owner, from: sortable(from), to: sortable(to), scope: grant.scope },
        actorOf(grant, request),
      );
      const names = await services.names.of(
        tenant,
        page.records.map((record) => record.owner),
      );
      return {
        sessions: page.records.map((record) => summaryBody(record, names.get(record.owner))),
        next: page.next,
      };
    },
  );
  routes.get(
    `${PATH}/:id`,
    {
      config: { action: 'record.read' },
      schema: {
        summary: 'What was said in a session',
        description: 'Every final with all its versions, of the live text and of the second pass.',
        params,
        querystring: z.object({ version, damaged }),
        response: {
          200: recordBody,
          ...errorResponses('record_not_found', 'record_damaged'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = await permitted(request, 'record.read', id, services);
      const { version: chosen, damaged: asked } = request.query;
      const record = await services.records.read(id, actor, 'record.read', asked);
      const names = await services.names.of(actor.who.tenant, [record.owner]);
      return answerInPieces(reply, 'application/json', bodyPieces(record, chosen, names.get(record.owner)));
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
          'As text, JSON, subtitles, or a FHIR R4 DocumentReference with the text in it. What the speaker took back is ' +
          'left out; JSON has it apart, as `takenBack`. If a record was tampered with, the file says so in words, before ' +
          'and after the text that is left; JSON says so by `isWhole`.',
        params,
        querystring: z.object({ format: z.enum(EXPORT_FORMATS).default('text'), version, damaged }),
        response: {
          200: {
            description: 'The file.',
            content: Object.fromEntries(Object.values(EXPORT_TYPES).map((type) => [type, { schema: text }])),
          },
          ...errorResponses('record_not_found', 'record_damaged'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = await permitted(request, 'record.export', id, services);
      const record = await services.records.read(id, actor, 'record.export', request.query.damaged);
      return answerInPieces(reply, EXPORT_TYPES[request.query.format], exported(record, request.query));
    },
  );
  routes.get(
    `${PATH}/:id/audio`,
    {
      config: { action: 'record.export' },
      schema: {
        summary: 'The kept audio of a session',
        description:
          'One channel as a WAV file; it is empty if audio was not kept. A part of it is sent for the header `Range`, so that ' +
          'players can begin anywhere.',
        params,
        querystring: z.object({ channel: z.coerce.number().int().min(0).max(7).default(0) }),
        response: {
          200: { description: 'The audio.', content: { 'audio/wav': { schema: z.any() } } },
          206: { description: 'A part of the audio.', content: { 'audio/wav': { schema: z.any() } } },
          ...errorResponses('record_not_found', 'record_damaged', 'range_not_satisfiable'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = await permitted(request, 'record.export', id, services);
      const audio = await services.records.audio(id, request.query.channel, actor);
      const { size, read } = waveOf(audio);
      const { range, 'if-range': condition } = request.headers;
      // There is nothing by which a client could know that its part is of the same file.
      const part = condition === undefined ? byteRange(range, size) : undefined;
      const { from, to } = part ?? { from: 0, to: size };
      if (part !== undefined) {
        void reply
          .code(206)
          .header('content-range', `bytes ${String(from)}-${String(to - 1)}/${String(size)}`);
      }
      return reply
        .type('audio/wav')
        .header('accept-ranges', 'bytes')
        .header('content-length', to - from)
        .send(Readable.from(read(from, to), { objectMode: false }));
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
        description: 'Adds a version; earlier ones are kept. A final that was taken back counts again.',
        params: params.extend({ place: z.coerce.number().int().min(0).max(LAST_PLACE) }),
        body: z.strictObject({
          reading: z.enum(RECOGNITION_PASSES).default('live').meta({
            description: '`refined` for the text of the second pass.',
          }),
          version: z.int().min(1).meta({ description: 'The version that is corrected.' }),
          text: z.string().max(LONGEST_CORRECTION),
        }),
        response: {
          201: versionBody,
          ...errorResponses('record_not_found', 'record_changed', 'record_damaged'),
        },
      },
    },
    async (request, reply) => {
      const { id, place } = request.params;
      const actor = await permitted(request, 'record.correct', id, services);
      void reply.code(201);
      return versionBodyOf(await services.records.correct(id, { place, ...request.body }, actor));
    },
  );
  routes.post(
    `${PATH}/:id/speakers`,
    {
      config: { action: 'record.correct' },
      schema: {
        summary: 'Correct who speaks',
        description:
          'Gives words to somebody else, merges two speakers, and gives or takes back names and roles. What a person says stays, ' +
          'whatever is found out later. Either everything is done, or nothing. `words` are counted in the newest version of a final, or in that which `version` ' +
          'beside them names. If the session is still open on this server, its ' +
          'client is told by the message `speakers`.',
        params,
        body: speakerCorrections.extend({
          assign: boundedList(
            speakerAssignment.extend({
              version: z.int().min(1).optional().meta({
                description:
                  'The version of the final in which `words` are counted; the newest if it is left out.',
              }),
            }),
            protocolLimits.speakerCorrections.max,
          )
            .optional()
            .meta({ description: 'Words to give to somebody else.' }),
          reading: z.enum(RECOGNITION_PASSES).default('live').meta({
            description:
              'Whose finals `assign` names. Those of `refined`, and those of uploads, have no `sequence`: give their `place`.',
          }),
        }),
        response: {
          200: z.object({ speakers: speakerList }),
          ...errorResponses('record_not_found', 'record_damaged', 'correction_refused'),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const actor = await permitted(request, 'record.correct', id, services);
      const { speakers, corrected } = await services.records.correctSpeakers(id, request.body, actor);
      services.onSpeakersCorrected(id, corrected);
      return { speakers: [...speakers] };
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
          response: { 204: z.null(), ...errorResponses('record_not_found') },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        await services.records.hold(id, held, await permitted(request, 'record.hold', id, services));
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
        description:
          'Destroys the key of the session and everything that was said in it, so that backups can no longer be read either. The answer comes once no copy of the key is left that the server can reach.',
        params,
        response: {
          204: z.null(),
          ...errorResponses('record_not_found', 'record_on_hold', 'record_open', 'key_copy_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = await permitted(request, 'record.delete', id, services);
      await services.records.destroy([id], actor);
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
  const resource = await records.summary(id);
  // Authorised first, so that only those who may know which sessions exist learn which do not.
  const grant = await authorise(request, action, resource);
  if (resource === undefined) throw new RequestError('record_not_found');
  return actorOf(grant, request);
}

function actorOf({ identity, reason }: Grant, { ip }: FastifyRequest): Actor {
  return { who: identity, from: ip, reason };
}

/** A time in the form in which times are stored, so that text compares as time does. */
function sortable(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

interface ExportOptions {
  readonly format: ExportFormat;
  readonly version: TextVersion;
}

function exported(record: StoredRecord, { format, version }: ExportOptions): Iterable<string> {
  if (format === 'fhir') return [`${JSON.stringify(fhirDocument(record, version))}\n`];
  if (format !== 'json') return transcriptPieces(markedTranscriptOf(record, version), format);
  const { id, isWhole } = record;
  const about = { id, version, isWhole, takenBack: mapped(takenBack(record), takenBackBodyOf) };
  return transcriptPieces(transcriptOf(record, version), format, {
    about,
    words: true,
    channels: record.channels > 1,
  });
}

/** The summary as it is sent: without the tenant, which is that of whoever asks. */
function summaryBody(record: RecordSummary, ownerName: string | undefined): SessionBody {
  const { groups, audioSeconds, missingSeconds } = record;
  return {
    id: record.id,
    kind: record.kind,
    state: record.state,
    owner: record.owner,
    ownerName,
    groups: [...groups],
    model: record.model,
    version: record.version,
    language: record.language,
    task: record.task,
    channels: record.channels,
    sampleRate: record.sampleRate,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    finals: record.finals,
    audioSeconds: threeDecimals(audioSeconds),
    missingSeconds: missingSeconds === undefined ? undefined : threeDecimals(missingSeconds),
    held: record.held,
  };
}

/** The body of a record in pieces, as `recordBody` describes it. */
function bodyPieces(
  record: StoredRecord,
  version: TextVersion,
  ownerName: string | undefined,
): Iterable<string> {
  const { settings, speakers, refined, isWhole } = record;
  return jsonPieces({
    ...summaryBody(record, ownerName),
    settings: settings && writtenJson(settings.json),
    text: runningText({ segments: chosenText(record, version) }),
    speakers,
    segments: mapped(standing(record), segmentBodyOf),
    takenBack: mapped(takenBack(record), takenBackBodyOf),
    refined: mapped(refined, (part) => ({
      ...part,
      start: threeDecimals(part.start),
      end: threeDecimals(part.end),
      segments: mapped(part.segments, segmentBodyOf),
    })),
    audio: record.audio.map(({ channel, seconds }) => ({ channel, seconds: threeDecimals(seconds) })),
    isWhole,
  });
}

function segmentBodyOf({ place, versions }: RecordedSegment): z.output<typeof segmentBody> {
  return { place, versions: versions.map(versionBodyOf) };
}

function takenBackBodyOf(segment: RecordedSegment) {
  return { ...segmentBodyOf(segment), takenBackAt: segment.takenBackAt };
}

function versionBodyOf(version: SegmentVersion): z.output<typeof versionBody> {
  return {
    version: version.version,
    text: version.text,
    command: version.command,
    spoken: version.spoken,
    start: threeDecimals(version.start),
    end: threeDecimals(version.end),
    confidence: version.confidence,
    channel: version.channel,
    sequence: version.sequence,
    language: version.language,
    speaker: version.speaker,
    words: version.words,
    writtenAt: version.writtenAt,
    writtenBy: version.writtenBy,
  };
}

/** Audio as a WAV file, of which any part can be read. */
function waveOf({ bytes, read }: ChannelAudio): {
  readonly size: number;
  readonly read: (from: number, to: number) => AsyncGenerator<Uint8Array>;
} {
  const header = waveHeader(bytes);
  return {
    size: header.length + bytes,
    async *read(from, to) {
      if (from < header.length) yield header.subarray(from, to);
      if (to > header.length) yield* read(Math.max(0, from - header.length), to - header.length);
    },
  };
}
