import { describeError, isNestedDeeper, MOST_NESTED, type ErrorMessage } from '@auscult/protocol';
import { parseJson } from '../parse-json.js';

/** A JSON object, or what is wrong with the text that should hold one. */
export type JsonObjectReading =
  | { readonly ok: true; readonly object: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: ErrorMessage };

/** Reads the JSON object in a text frame. Never throws; the problem repeats nothing of the frame. */
export function readJsonObject(frame: Uint8Array): JsonObjectReading {
  const text = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString();
  if (isNestedDeeper(text)) return refuse('too_deeply_nested', `at most ${MOST_NESTED} levels`);
  const value = parseJson(text);
  if (value === undefined) return refuse('malformed_json');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('object_expected');
  return { ok: true, object: value as Readonly<Record<string, unknown>> };
}

function refuse(
  code: 'too_deeply_nested' | 'malformed_json' | 'object_expected',
  limit?: string,
): JsonObjectReading {
  return { ok: false, problem: describeError(code, { limit }) };
}
