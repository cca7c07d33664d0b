import { allowedValues, recordingSettings, type RecordingSettings } from '@auscult/protocol';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import { NO_TERMS, type KeyTermsReading, type SentKeyTerms } from '../reading/client-text.js';
import type { SealedFile } from '../storage/sealed-file.js';
import { formField } from './form-field.js';
import { FIELD_BYTES, ONE_FILE, receiveForm, type FormField } from './receive-form.js';
import type { UploadLimits } from './watch-upload.js';

/** The fields of the form besides the file, as they are written in a form. */
export const uploadFields: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(
    Object.entries(recordingSettings.shape).map(([name, value]) => [name, formField(value)]),
  ),
  keyterms: z.string().optional().meta({
    description:
      'Words and phrases that are likely to be said, as a JSON list: each is a text, or an object with `text`, `weight` and `soundsLike`; see `keyterms` of `configure` in docs/protocol.md.',
  }),
};

/** A recording that was received completely, and what to do with it. */
export interface Upload {
  /** The caller removes it. */
  readonly file: SealedFile;
  readonly asked: Partial<RecordingSettings>;
  readonly keyTerms: SentKeyTerms;
}

/** Reads the key terms of a form. */
export type ReadKeyTerms = (text: string) => KeyTermsReading | Promise<KeyTermsReading>;

const FIELDS = { limit: `the fields file, ${Object.keys(uploadFields).join(', ')}` } as const;

/**
 * Streams a form to disk, encrypted. Throws a `RequestError` for anything that is wrong with it, in which case
 * nothing is left on disk.
 */
export async function receiveUpload(
  request: FastifyRequest,
  limits: UploadLimits,
  readKeyTerms: ReadKeyTerms,
): Promise<Upload> {
  let values: Values = {};
  const file = await receiveForm(request, limits, {
    fields: Object.keys(uploadFields).length,
    allowed: FIELDS,
    take: (field) => {
      values = withField(values, field);
    },
  });
  try {
    const { keyterms, ...asked } = values;
    return {
      file,
      asked,
      keyTerms: keyterms === undefined ? NO_TERMS : await keyTermsIn(keyterms, readKeyTerms),
    };
  } catch (error) {
    await file.remove();
    throw error;
  }
}

type Values = Readonly<Record<string, unknown>> & Partial<RecordingSettings> & { readonly keyterms?: string };

function withField(values: Values, { name, value, isCut }: FormField): Values {
  if (name === ONE_FILE.field) throw new RequestError('invalid_request', ONE_FILE);
  if (!Object.hasOwn(uploadFields, name)) throw new RequestError('invalid_request', FIELDS);
  if (Object.hasOwn(values, name))
    throw new RequestError('invalid_request', { field: name, limit: 'one value' });
  if (isCut)
    throw new RequestError('invalid_request', { field: name, limit: `at most ${FIELD_BYTES} bytes` });
  return { ...values, [name]: uploadFieldValue(name, value) };
}

async function keyTermsIn(text: string, readKeyTerms: ReadKeyTerms): Promise<SentKeyTerms> {
  const reading = await readKeyTerms(text);
  if (reading.ok) return reading.terms;
  throw new RequestError('invalid_request', reading.details);
}

/** The value of a field of the form besides the file. Throws a `RequestError` if it is not allowed. */
export function uploadFieldValue(name: string, value: unknown): unknown {
  const field = uploadFields[name] ?? z.never();
  const parsed = field.safeParse(value);
  if (parsed.data !== undefined) return parsed.data;
  const limit = allowedValues(z.toJSONSchema(field, { io: 'input' }));
  throw new RequestError('invalid_request', { field: name, limit });
}
