import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { SpeechError } from '../../speech-error.js';

/**
 * Reads a JSON file of a model and checks it against the schema. Throws `model_missing` or `model_corrupt`, with the
 * file's name.
 */
export async function readModelJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  return validModelJson(file, schema, parseModelJson(file, await readModelFile(file)));
}

/** Reads a file of a model. Throws `model_missing`. */
export async function readModelFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new SpeechError('model_missing', `The file '${file}' of the model cannot be read.`, REMEDY, {
      cause,
    });
  }
}

/** Throws `model_corrupt`. */
export function parseModelJson(file: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw corruptModelFile(file, 'it is not valid JSON', cause);
  }
}

/** Throws `model_corrupt`, with the place in the file that is wrong. */
export function validModelJson<T>(file: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw corruptModelFile(file, `${issue?.path.join('.') || 'all of it'}: ${issue?.message ?? 'unexpected'}`);
}

/** The error for a model's file that is there but is not what it should be. */
export function corruptModelFile(file: string, why: string, cause?: unknown): SpeechError {
  return new SpeechError(
    'model_corrupt',
    `The file '${file}' is not that of a Whisper model (${why}).`,
    REMEDY,
    { cause },
  );
}

const REMEDY =
  'Fetch the model again with `auscult models pull`, or give a folder that holds all of its files.';
