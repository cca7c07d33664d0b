import type { HeardVoice, Recognizer } from '@auscult/asr';
import { protocolLimits } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireIdentity } from '../access/guard.js';
import { ownershipOf, shareOf } from '../access/identity.js';
import { spoolFolder } from '../config/spool-folder.js';
import { recordingErrorOf, recordingExplanationOf, RequestError } from '../errors.js';
import { createSealedFile, type SealedFile } from '../storage/sealed-file.js';
import { lingerWhileSent, type RecordingServices } from './accept-recording.js';
import { ONE_LINE } from './identity-fields.js';
import { FIELD_BYTES, ONE_FILE, receiveForm, type FormField } from './receive-form.js';

/** The largest recording: a minute of two channels at 48 kHz, with 4 bytes a sample. */
export const ENROLMENT_LIMITS = { seconds: 60, bytes: 60 * 48_000 * 2 * 4 + 65_536 } as const;

/** What an enrolment has besides its recording. */
export interface EnrolmentFields {
  /** Version of the text that is consented to. */
  readonly consent: string;
  /** The name to show; that of the account or key if it is left out. */
  readonly name?: string;
}

/** What a recording was found to hold. */
export interface HeardEnrolment {
  readonly heard: HeardVoice;
  readonly fields: EnrolmentFields;
  /** Name of the encoder that heard it. */
  readonly encoder: string;
}

/** The fields besides the recording, as a form has them. */
export const enrolmentFields = {
  consent: z.string().meta({ description: 'Version of the text that you consent to.' }),
  name: z
    .string()
    .trim()
    .min(1)
    .max(protocolLimits.speakerName.max)
    .regex(ONE_LINE)
    .optional()
    .meta({ description: 'The name to show beside what you say; by default that of your account or key.' }),
};

/**
 * Receives the recording of a voice and has it heard. `check` is called with the fields before that, and throws if they are not
 * allowed. On disk the recording is only until then, encrypted with a key that is only in memory.
 */
export async function hearEnrolment(
  request: FastifyRequest,
  services: RecordingServices,
  check: (fields: EnrolmentFields) => void,
): Promise<HeardEnrolment> {
  try {
    return await receiveAndHear(request, services, check);
  } catch (error) {
    if (!request.raw.complete) lingerWhileSent(request);
    throw error;
  }
}

/** When a client may ask again, seconds. */
const RETRY_AFTER = { start: 5, room: 30 } as const;

async function receiveAndHear(
  request: FastifyRequest,
  services: RecordingServices,
  check: (fields: EnrolmentFields) => void,
): Promise<HeardEnrolment> {
  const { config, draining, transcriptions } = services;
  if (draining.aborted) throw new RequestError('draining');
  const recognizer = services.recognizer();
  if (recognizer === undefined) throw new RequestError('not_ready', {}, RETRY_AFTER.start);
  const place = await transcriptions.reserve(ownershipOf(requireIdentity(request)));
  if (place === undefined) throw new RequestError('too_many_transcriptions', {}, RETRY_AFTER.room);
  let sent: SentFields = {};
  let file: SealedFile | undefined;
  try {
    file = await receiveForm(
      request,
      {
        createFile: () => createSealedFile(spoolFolder(config)),
        maxBytes: Math.min(ENROLMENT_LIMITS.bytes, config.maxUploadBytes),
        idleSeconds: config.idleTimeoutSeconds,
        signal: draining,
        place,
      },
      {
        fields: Object.keys(enrolmentFields).length,
        allowed: { limit: ALLOWED_PARTS },
        take: (field) => {
          sent = withField(sent, field);
        },
      },
    );
    const fields = fieldsIn(sent);
    check(fields);
    return {
      heard: await hear(file, recognizer, request, services),
      fields,
      encoder: recognizer.voiceEncoder,
    };
  } finally {
    await file?.remove();
    place.leave();
  }
}

type FieldName = keyof typeof enrolmentFields;
type SentFields = Readonly<Partial<Record<FieldName, string>>>;

function withField(sent: SentFields, { name, value, isCut }: FormField): SentFields {
  if (!isFieldName(name)) throw new RequestError('invalid_request', { limit: ALLOWED_PARTS });
  if (Object.hasOwn(sent, name))
    throw new RequestError('invalid_request', { field: name, limit: 'one value' });
  if (isCut)
    throw new RequestError('invalid_request', { field: name, limit: `at most ${FIELD_BYTES} bytes` });
  const { success, data } = enrolmentFields[name].safeParse(value);
  if (!success || data === undefined)
    throw new RequestError('invalid_request', { field: name, limit: LIMITS[name] });
  return { ...sent, [name]: data };
}

const ALLOWED_PARTS = `the fields ${[ONE_FILE.field, ...Object.keys(enrolmentFields)].join(', ')}`;

const LIMITS: Readonly<Record<FieldName, string>> = {
  consent: 'the version of the text',
  name: `text of 1 to ${protocolLimits.speakerName.max} characters on one line`,
};

function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(enrolmentFields, name);
}

function fieldsIn({ consent, name }: SentFields): EnrolmentFields {
  if (consent === undefined)
    throw new RequestError('invalid_request', { field: 'consent', limit: LIMITS.consent });
  return { consent, ...(name !== undefined && { name }) };
}

async function hear(
  file: SealedFile,
  recognizer: Recognizer,
  request: FastifyRequest,
  { decoders }: RecordingServices,
): Promise<HeardVoice> {
  const { tenant, subject } = requireIdentity(request);
  try {
    const recording = await decoders.open(file, {
      name: 'The recording',
      purpose: 'look',
      key: `${tenant}/${subject}`,
      maxSeconds: ENROLMENT_LIMITS.seconds,
    });
    return await recognizer.enrolVoice(recording.chunks(), shareOf(ownershipOf(requireIdentity(request))));
  } catch (error) {
    const code = recordingErrorOf(error);
    const details =
      code === 'recording_too_long'
        ? { field: 'file', limit: `at most ${ENROLMENT_LIMITS.seconds} seconds` }
        : { field: 'file' };
    throw new RequestError(code, details, undefined, { cause: error }, recordingExplanationOf(error));
  }
}
