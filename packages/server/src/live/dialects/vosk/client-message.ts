import { describeError, isNestedDeeper, type ErrorDetails } from '@auscult/protocol';
import { sentTerms } from '../../../compatibility/key-terms.js';
import type { ParameterWarning } from '../../../compatibility/parameters.js';
import { readParameters } from '../../../compatibility/read-parameters.js';
import { voskConfig, type VoskWishes } from '../../../compatibility/vosk-config.js';
import { RequestError } from '../../../errors.js';
import { parseJson } from '../../../parse-json.js';
import type { SentKeyTerms } from '../../../reading/client-text.js';
import type { Problem } from '../../events.js';

/** A text frame of a client. */
export type VoskMessage =
  | {
      readonly kind: 'config';
      readonly wishes: Partial<VoskWishes>;
      /** Undefined if the message has none. */
      readonly keyterms: SentKeyTerms | undefined;
      readonly warnings: readonly ParameterWarning[];
    }
  | { readonly kind: 'eof' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'unreadable'; readonly problem: Problem };

/** What is understood, in words. */
const KNOWN: ErrorDetails = { limit: 'one of config, eof, reset' };

/** Reads a text frame. Never throws; the problem of a message repeats nothing of it. */
export function readVoskMessage(frame: Buffer): VoskMessage {
  const text = frame.toString();
  const message = isNestedDeeper(text) ? undefined : parseJson(text);
  if (message === undefined) return unreadable(describeError('malformed_json'));
  if (typeof message !== 'object' || message === null) return unreadable(describeError('object_expected'));
  if ('config' in message) return configIn(message.config);
  if ('eof' in message) return { kind: 'eof' };
  if ('reset' in message) return { kind: 'reset' };
  return unreadable(describeError('unknown_type', KNOWN));
}

function configIn(config: unknown): VoskMessage {
  if (typeof config !== 'object' || config === null)
    return unreadable(describeError('invalid_message', { field: 'config', limit: 'an object' }));
  try {
    const { wishes, warnings } = readParameters(voskConfig, valuesIn(config));
    const keyterms = wishes.terms && sentTerms('phrase_list', wishes.terms);
    return { kind: 'config', wishes, keyterms, warnings };
  } catch (error) {
    if (error instanceof RequestError) return unreadable(describeError(error.code, error.details));
    throw error;
  }
}

function* valuesIn(config: object): Generator<[string, string]> {
  for (const [name, value] of Object.entries(config) as [string, unknown][])
    for (const one of [value].flat()) yield [name, textOf(one)];
}

/** A value as a query would write it; what has no short text is empty. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function unreadable(problem: Problem): VoskMessage {
  return { kind: 'unreadable', problem };
}
