import { describeError, isNestedDeeper, keyTermList, MOST_NESTED, protocolLimits } from '@auscult/protocol';
import { z } from 'zod';
import { parseJson } from '../../../parse-json.js';
import type { SentKeyTerms } from '../../../reading/client-text.js';
import type { Problem } from '../../events.js';

/** A text frame of a client. */
export type DeepgramMessage =
  | { readonly kind: 'keep-alive' }
  | { readonly kind: 'finalize'; readonly channel: number }
  | { readonly kind: 'close' }
  | ConfigureMessage
  | { readonly kind: 'unreadable'; readonly problem: Problem };

/** Asks for other settings while the session goes on. */
export interface ConfigureMessage {
  readonly kind: 'configure';
  /** Undefined if the message has none. */
  readonly keyterms: SentKeyTerms | 'too-many' | undefined;
  /** Whether numbers are to be written in figures; undefined if the message does not say. */
  readonly numerals: boolean | undefined;
  /** Whether it names other features. */
  readonly hasUnknown: boolean;
}

const { keyTerms, keyTermWords, keyTermLength } = protocolLimits;

/** What is allowed of key terms, in words. */
export const TERM_LIMITS = `at most ${keyTerms.max} key terms, each of at most ${keyTermWords.max} words and ${keyTermLength.max} characters`;

const TYPES = ['KeepAlive', 'Finalize', 'CloseStream', 'Configure'];

const finalize = z.object({ channel: z.int().min(0).max(1).optional().catch(undefined) });
const configure = z.object({
  keyterms: z.array(z.string()).nullish(),
  features: z.record(z.string(), z.unknown()).nullish(),
});

/** Reads a text frame. Never throws; the problem of a message repeats nothing of it. */
export function readDeepgramMessage(frame: Uint8Array): DeepgramMessage {
  const text = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString();
  if (isNestedDeeper(text))
    return unreadable(describeError('too_deeply_nested', { limit: `at most ${MOST_NESTED} levels` }));
  const message = parseJson(text);
  if (message === undefined) return unreadable(describeError('malformed_json'));
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return unreadable(describeError('object_expected'));
  return messageOf(message);
}

function messageOf(message: { readonly type?: unknown }): DeepgramMessage {
  switch (message.type) {
    case 'KeepAlive':
      return { kind: 'keep-alive' };
    case 'Finalize':
      return { kind: 'finalize', channel: finalize.parse(message).channel ?? 0 };
    case 'CloseStream':
      return { kind: 'close' };
    case 'Configure':
      return configureOf(message);
    default:
      return unreadable(
        describeError('unknown_type', { field: 'type', limit: `one of ${TYPES.join(', ')}` }),
      );
  }
}

function configureOf(message: object): DeepgramMessage {
  const { success, data } = configure.safeParse(message);
  if (!success)
    return unreadable(describeError('invalid_message', { field: 'keyterms', limit: 'a list of texts' }));
  const { numerals, ...others } = data.features ?? {};
  return {
    kind: 'configure',
    keyterms: termsOf(data.keyterms ?? undefined),
    numerals: typeof numerals === 'boolean' ? numerals : undefined,
    hasUnknown: Object.keys(others).length > 0,
  };
}

function termsOf(given: readonly string[] | undefined): ConfigureMessage['keyterms'] {
  if (given === undefined) return undefined;
  const { success } = keyTermList.safeParse(given);
  return success ? { count: given.length, json: JSON.stringify(given) } : 'too-many';
}

function unreadable(problem: Problem): DeepgramMessage {
  return { kind: 'unreadable', problem };
}
