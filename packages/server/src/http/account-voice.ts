import multipart from '@fastify/multipart';
import { LEAST_SPOKEN_SECONDS, type HeardVoice } from '@auscult/asr';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { auditedBy } from '../access/access-audit.js';
import type { EnrolledVoice } from '../access/enrolled-voices.js';
import { requireIdentity } from '../access/guard.js';
import type { Identity } from '../access/identity.js';
import { scopeOf } from '../access/permissions.js';
import { VOICE_CONSENT } from '../access/voice-consent.js';
import { errorResponses, RequestError } from '../errors.js';
import type { RecordingServices } from './accept-recording.js';
import { ENROLMENT_LIMITS, enrolmentFields, hearEnrolment, type EnrolmentFields } from './hear-enrolment.js';

const PATH = '/api/v1/account/voice';

/** What the routes need from the server. */
export interface VoiceRoutes extends RecordingServices {
  readonly access: Access;
}

const voiceBody = z.object({
  enrolledAt: z.iso.datetime(),
  consent: z.string().meta({ description: 'Version of the text that was consented to.' }),
  encoder: z.string().meta({ description: 'What computed the voiceprint.' }),
  usable: z.boolean().meta({
    description: 'Whether sessions use it: not while enrolment is off, nor with another encoder.',
  }),
});

const stateBody = z.object({
  enrolment: z.enum(['on', 'off']).meta({
    description: 'Whether you may enrol your voice: the server has to allow it, and so has your role.',
  }),
  consent: z
    .object({ version: z.string(), text: z.string().meta({ description: 'In paragraphs.' }) })
    .meta({ description: 'What you consent to with an enrolment.' }),
  leastSpokenSeconds: z.number().meta({ description: 'How much speech a recording has to hold.' }),
  mostSeconds: z.number().meta({ description: 'How long a recording may be.' }),
  voice: voiceBody.optional().meta({ description: 'Your voice, if it is enrolled.' }),
});

const enrolmentForm = z.object({
  file: z.file().meta({ description: 'A recording of your own voice and no other, about 20 seconds long.' }),
  ...enrolmentFields,
});

/** Adds the routes under `/api/v1/account/voice`, where people enrol their own voice, and nobody else's. */
export async function registerAccountVoice(app: FastifyInstance, services: VoiceRoutes): Promise<void> {
  addState(app, services);
  addDeletion(app, services);
  await app.register(async (scope) => {
    // Without parsers, the route itself answers a body that is not a form, whatever its content type.
    scope.removeAllContentTypeParsers();
    await scope.register(multipart);
    addEnrolment(scope, services);
  });
}

function addState(app: FastifyInstance, services: VoiceRoutes): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    PATH,
    {
      config: { action: 'voice.read' },
      schema: {
        summary: 'Whether your own voice is enrolled',
        description: 'Also tells what you consent to if you enrol it. The voice itself is never shown.',
        response: { 200: stateBody },
      },
    },
    async (request, reply) => {
      const identity = requireIdentity(request);
      void reply.header('cache-control', 'no-store');
      return stateOf(services, request, await services.access.voices.find(identity));
    },
  );
}

function addEnrolment(app: FastifyInstance, services: VoiceRoutes): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    PATH,
    {
      config: { action: 'voice.enrol' },
      schema: {
        summary: 'Enrol your own voice',
        description:
          'In sessions that you open and that tell speakers apart, what you say then has your name from the first word. The ' +
          'voice replaces one that was enrolled before. The recording is not kept; the voiceprint is, encrypted, until it is ' +
          'deleted here or by an administrator, or your account is disabled.',
        consumes: ['multipart/form-data'],
        body: enrolmentForm,
        response: {
          201: stateBody,
          ...errorResponses(
            'voice_enrolment_off',
            'consent_outdated',
            'voice_too_short',
            'form_expected',
            'idle_timeout',
            'upload_too_large',
            'decoder_failed',
            'storage_full',
            'too_many_transcriptions',
          ),
        },
      },
      // The form is read by the handler, part by part.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const { access, config } = services;
      if (!config.voiceEnrolment) throw new RequestError('voice_enrolment_off');
      const { heard, fields, encoder } = await hearEnrolment(request, services, requireConsent);
      const identity = requireIdentity(request);
      const order = {
        ...fields,
        name: fields.name ?? (await nameOf(access, identity)),
        voice: voiceIn(heard),
        encoder,
      };
      const enrolled = await access.voices.enrol(identity, order, auditedBy(identity, request));
      order.voice.fill(0);
      void reply.code(201).header('cache-control', 'no-store');
      return stateOf(services, request, enrolled);
    },
  );
}

function addDeletion(app: FastifyInstance, { access }: VoiceRoutes): void {
  app.withTypeProvider<ZodTypeProvider>().delete(
    PATH,
    {
      config: { action: 'voice.delete' },
      schema: {
        summary: 'Delete your own voice',
        description:
          'It is gone for good. Sessions that are open may still use it until they end. No error if there is none.',
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const identity = requireIdentity(request);
      await access.voices.destroy(identity, auditedBy(identity, request));
      void reply.code(204);
      return null;
    },
  );
}

function requireConsent({ consent }: EnrolmentFields): void {
  const { version } = VOICE_CONSENT;
  if (consent !== version)
    throw new RequestError('consent_outdated', { field: 'consent', limit: JSON.stringify(version) });
}

/** The name of the account or key; tokens, certificates and whoever needs none have no name that is meant for people. */
async function nameOf({ users, apiKeys }: Access, { kind, subject }: Identity): Promise<string> {
  const id = subject.slice(kind.length + 1);
  const named = kind === 'user' ? await users.find(id) : kind === 'key' ? await apiKeys.find(id) : undefined;
  return named?.name ?? 'Clinician';
}

function stateOf(
  { config, recognizer }: VoiceRoutes,
  request: FastifyRequest,
  voice: EnrolledVoice | undefined,
): z.input<typeof stateBody> {
  const mayEnrol = scopeOf('voice.enrol', requireIdentity(request).role) !== 'none';
  return {
    enrolment: config.voiceEnrolment && mayEnrol ? 'on' : 'off',
    consent: VOICE_CONSENT,
    leastSpokenSeconds: LEAST_SPOKEN_SECONDS,
    mostSeconds: ENROLMENT_LIMITS.seconds,
    voice: voice && {
      enrolledAt: voice.enrolledAt,
      consent: voice.consent,
      encoder: voice.encoder,
      usable: config.voiceEnrolment && mayEnrol && voice.encoder === recognizer()?.voiceEncoder,
    },
  };
}

/** The voice of a recording; throws why it cannot be enrolled. */
function voiceIn(heard: HeardVoice): Float32Array {
  switch (heard.kind) {
    case 'one-voice':
      return heard.voice;
    case 'too-short':
      throw new RequestError('voice_too_short', {
        field: 'file',
        limit: `at least ${LEAST_SPOKEN_SECONDS} seconds of speech; ${Math.floor(heard.spokenSeconds)} were heard`,
      });
    case 'several-voices':
      throw new RequestError('voice_not_one', { field: 'file', limit: 'one voice' });
    case 'not-heard':
      throw new RequestError('busy');
  }
}
