import {
  isNestedDeeper,
  keyTermList,
  parseClientMessage,
  detailsOfIssue,
  type ConfigureMessage,
  type ErrorMessage,
  type IssueDetails,
  type ParsedClientMessage,
} from '@auscult/protocol';
import { z } from 'zod';
import { parseJson } from '../parse-json.js';

/** Key terms as a client sent them, in the form in which thousands of them are passed on without being parsed. */
export interface SentKeyTerms {
  readonly count: number;
  /** The list, in JSON. */
  readonly json: string;
}

/** No terms. */
export const NO_TERMS: SentKeyTerms = { count: 0, json: '[]' };

/** `configure` with its terms in one piece. */
interface ReadConfigure extends Omit<ConfigureMessage, 'keyterms'> {
  readonly keyterms: SentKeyTerms | undefined;
}

/** A message of a client, as its session uses it. */
type ReadMessage = Exclude<ParsedClientMessage, ConfigureMessage> | ReadConfigure;

/** A message, or the error to answer with. */
export type MessageReading =
  { readonly ok: true; readonly message: ReadMessage } | { readonly ok: false; readonly error: ErrorMessage };

/** Key terms of an upload, or what is wrong with them. */
export type KeyTermsReading =
  | { readonly ok: true; readonly terms: SentKeyTerms }
  | { readonly ok: false; readonly details: IssueDetails };

/** Reads a text frame, see `parseClientMessage`. */
export function readMessage(frame: Uint8Array): MessageReading {
  const parsed = parseClientMessage(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString());
  if (!parsed.ok) return parsed;
  const { message } = parsed;
  if (message.type !== 'configure') return { ok: true, message };
  const { keyterms, ...rest } = message;
  return { ok: true, message: { ...rest, keyterms: keyterms && sent(keyterms) } };
}

/** Reads a list of key terms in JSON. */
export function readKeyTerms(text: string): KeyTermsReading {
  const parsed = field.safeParse({ keyterms: fromJson(text) });
  if (parsed.success) return { ok: true, terms: sent(parsed.data.keyterms) };
  const { field: name = 'keyterms', limit } = detailsOfIssue(fieldSchema, parsed.error.issues[0]);
  return { ok: false, details: { field: name, limit } };
}

const field = z.object({ keyterms: keyTermList });
const fieldSchema = z.toJSONSchema(field);

/** The value of a JSON text; undefined if it is not JSON, or is nested more deeply than any list of terms. */
function fromJson(text: string): unknown {
  return isNestedDeeper(text) ? undefined : parseJson(text);
}

function sent(terms: NonNullable<ConfigureMessage['keyterms']>): SentKeyTerms {
  return { count: terms.length, json: JSON.stringify(terms) };
}
