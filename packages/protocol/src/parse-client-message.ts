import { z } from 'zod';
import { allowedValues, type JsonSchema } from './allowed-values.js';
import {
  clientMessages,
  configureMessage,
  type AudioMessage,
  type ClientMessage,
  type ClientMessageType,
  type ConfigureMessage,
} from './client-messages.js';
import { decodeBase64 } from './decode-base64.js';
import { describeError } from './describe-error.js';
import { detailsOfIssue } from './issue-details.js';
import { keyTerm, type KeyTerm } from './key-terms.js';
import { protocolLimits } from './limits.js';
import { isNestedDeeper, MOST_NESTED } from './nesting.js';
import type { ErrorMessage } from './server-messages.js';

/** `audio` with its bytes decoded. Whether they are whole samples depends on the session: `checkAudioLength`. */
export interface DecodedAudioMessage {
  readonly type: 'audio';
  readonly pcm: Uint8Array;
  readonly sampleRate?: number | undefined;
}

/** A client message as a server uses it. */
export type ParsedClientMessage = Exclude<ClientMessage, AudioMessage> | DecodedAudioMessage;

/** A message, or the error to answer with. */
export type ParseResult =
  | { readonly ok: true; readonly message: ParsedClientMessage }
  | { readonly ok: false; readonly error: ErrorMessage };

/**
 * Reads the text frame of a client. Never throws, whatever the text.
 * An error names the field, what is allowed and the remedy, and repeats nothing of the text, which may hold speech.
 */
export function parseClientMessage(text: string): ParseResult {
  if (isNestedDeeper(text)) return refuse(describeError('too_deeply_nested', DEPTH));
  const json = parseJson(text);
  if (json === undefined) return refuse(describeError('malformed_json'));
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    return refuse(describeError('object_expected'));
  }
  const type = 'type' in json.value ? json.value.type : undefined;
  if (!isClientMessageType(type)) return refuse(unknownType);

  const parsed =
    type === 'configure' ? parseConfigure(json.value) : clientMessages[type].safeParse(json.value);
  if (!parsed.success) return refuse(describeIssue(type, parsed.error.issues[0]));
  return parsed.data.type === 'audio' ? decodeAudio(parsed.data) : { ok: true, message: parsed.data };
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function isClientMessageType(type: unknown): type is ClientMessageType {
  return typeof type === 'string' && Object.hasOwn(clientMessages, type);
}

const DEPTH = { limit: `at most ${MOST_NESTED} levels` };

const unknownType = describeError('unknown_type', {
  field: 'type',
  limit: allowedValues({ enum: Object.keys(clientMessages) }),
});

/**
 * As the schema does, but stops at the first wrong key term: the schema would report thousands, and only one is
 * needed.
 */
function parseConfigure(value: object): z.ZodSafeParseResult<ConfigureMessage> {
  const terms: unknown = 'keyterms' in value ? value.keyterms : undefined;
  if (!Array.isArray(terms) || terms.length > protocolLimits.keyTerms.max)
    return configureMessage.safeParse(value);
  const rest = configureMessage.safeParse({ ...value, keyterms: [] });
  if (!rest.success) return rest;
  const keyterms: KeyTerm[] = [];
  for (const term of terms) {
    const parsed = keyTerm.safeParse(term);
    if (!parsed.success)
      return configureMessage.safeParse({ type: 'configure', keyterms: [...keyterms, term] });
    keyterms.push(parsed.data);
  }
  return { success: true, data: { ...rest.data, keyterms } };
}

function decodeAudio({ data, sampleRate }: AudioMessage): ParseResult {
  const pcm = decodeBase64(data);
  if (pcm === undefined) return refuse(describeError('invalid_base64', { field: 'data' }));
  return { ok: true, message: { type: 'audio', pcm, sampleRate } };
}

function describeIssue(type: ClientMessageType, issue: z.core.$ZodIssue | undefined): ErrorMessage {
  const { field = type, limit } = detailsOfIssue(jsonSchemas[type], issue);
  if (issue?.code === 'custom' && issue.path[0] === 'commands')
    return describeError('invalid_command', { field, limit });
  const offRange =
    issue?.path[0] === 'sampleRate' && !(issue.code === 'invalid_type' && issue.expected === 'number');
  return describeError(offRange ? 'sample_rate_out_of_range' : 'invalid_message', { field, limit });
}

const jsonSchemas: Readonly<Record<ClientMessageType, JsonSchema>> = {
  audio: z.toJSONSchema(clientMessages.audio),
  stop: z.toJSONSchema(clientMessages.stop),
  configure: z.toJSONSchema(clientMessages.configure),
  finalize: z.toJSONSchema(clientMessages.finalize),
  keepalive: z.toJSONSchema(clientMessages.keepalive),
  identify: z.toJSONSchema(clientMessages.identify),
  resume: z.toJSONSchema(clientMessages.resume),
};

function refuse(error: ErrorMessage): ParseResult {
  return { ok: false, error };
}
