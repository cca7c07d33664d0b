import { describeError, type ErrorMessage } from '@auscult/protocol';
import { RequestError } from '../../errors.js';
import { parametersOfJson } from '../parameters-of-json.js';
import { readJsonObject } from '../read-json-object.js';
import { readParameters, type ReadParameters } from '../read-parameters.js';
import { voskConfig, type VoskConfig } from './parameters.js';

/** A text frame of a client of Vosk. */
export type VoskMessage =
  | { readonly kind: 'config'; readonly config: ReadParameters<VoskConfig> }
  /** The client is done. */
  | { readonly kind: 'eof' }
  /** The text of all audio so far is wanted; more audio may follow. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'unreadable'; readonly problem: ErrorMessage };

/** The messages that are understood. */
const KNOWN = 'config, eof, reset';

/** Reads a text frame. Never throws; the problem repeats nothing of the frame. */
export function readVoskMessage(frame: Uint8Array): VoskMessage {
  const reading = readJsonObject(frame);
  if (!reading.ok) return { kind: 'unreadable', problem: reading.problem };
  const { config, eof, reset } = reading.object;
  if (isSet(config)) return readConfig(config);
  if (isSet(eof)) return { kind: 'eof' };
  if (isSet(reset)) return { kind: 'reset' };
  return { kind: 'unreadable', problem: describeError('unknown_type', { limit: KNOWN }) };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== 0 && value !== false;
}

function readConfig(config: unknown): VoskMessage {
  if (typeof config !== 'object' || Array.isArray(config))
    return { kind: 'unreadable', problem: describeError('invalid_message', { field: 'config' }) };
  try {
    const fields = config as Readonly<Record<string, unknown>>;
    return { kind: 'config', config: readParameters(voskConfig, parametersOfJson(fields)) };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { kind: 'unreadable', problem: describeError(error.code, error.details, error.explanation) };
  }
}
