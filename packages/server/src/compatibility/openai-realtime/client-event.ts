import { decodeBase64, describeError } from '@auscult/protocol';
import { RequestError } from '../../errors.js';
import { parseJson } from '../../parse-json.js';
import type { Problem } from '../../live/events.js';
import { readJsonObject } from '../read-json-object.js';
import { readSession } from './read-session.js';
import type { ReadSession } from './session-fields.js';

/** An event of a client. `id` is the one that the client gave it, for errors about it. */
export type ClientEvent = { readonly id: string | undefined } & (
  | { readonly kind: 'append'; readonly audio: Uint8Array }
  | { readonly kind: 'commit' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'update'; readonly session: ReadSession }
  | { readonly kind: 'unreadable'; readonly problem: Problem }
);

/** Longer ids are not repeated, characters. */
const LONGEST_ID = 512;

const UPDATES = ['session.update', 'transcription_session.update'];

/** The events that are understood. */
const KNOWN = [
  ...UPDATES,
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
].join(', ');

/** Reads a text frame. Never throws; the problem of an event repeats nothing of it. */
export function readClientEvent(frame: Uint8Array): ClientEvent {
  const reading = readJsonObject(frame);
  return reading.ok ? eventOf(reading.object) : unreadable(undefined, reading.problem);
}

/**
 * Reads an event that is easily recognised as audio, at little more than the cost of decoding it: one long text with no more
 * than some short fields around it. Undefined for any other.
 */
export function readAppend(frame: Buffer): ClientEvent | undefined {
  const before = AUDIO_FIELD.exec(frame.toString('latin1', 0, LONGEST_AROUND))?.[0];
  if (before === undefined) return undefined;
  const end = frame.indexOf('"', before.length);
  if (end < 0 || frame.length - end > LONGEST_AROUND) return undefined;
  const behind = frame.toString('utf8', end);
  // Of two fields of the same name the last counts, however it is spelled.
  if (behind.includes('"audio"') || behind.includes('\\')) return undefined;
  const around = parseJson(frame.toString('utf8', 0, before.length) + behind);
  if (typeof around !== 'object' || around === null) return undefined;
  const { type, audio, event_id: id } = around as Fields;
  if (type !== 'input_audio_buffer.append' || audio !== '') return undefined;
  const bytes = decodeBase64(frame.toString('latin1', before.length, end));
  return bytes && { id: idOf(id), kind: 'append', audio: bytes };
}

/** The shortest text up to the value of a field `audio`. */
const AUDIO_FIELD = /^\{[^{}[\]]*?"audio"\s{0,9}:\s{0,9}"/;

/** Bytes before and behind the audio of an event that is easily recognised. */
const LONGEST_AROUND = 640;

interface Fields {
  readonly type?: unknown;
  readonly event_id?: unknown;
  readonly audio?: unknown;
  readonly session?: unknown;
}

function eventOf({ type, event_id, audio, session }: Fields): ClientEvent {
  const id = idOf(event_id);
  if (typeof type !== 'string')
    return unreadable(id, describeError('unknown_type', { field: 'type', limit: KNOWN }));
  if (type === 'input_audio_buffer.commit') return { id, kind: 'commit' };
  if (type === 'input_audio_buffer.clear') return { id, kind: 'clear' };
  if (UPDATES.includes(type)) return updated(id, session);
  if (type !== 'input_audio_buffer.append')
    return unreadable(id, describeError('unsupported_event', { field: 'type', limit: KNOWN }));
  if (typeof audio === 'string') return appended(id, audio);
  return unreadable(id, describeError('invalid_message', { field: 'audio', limit: 'base64' }));
}

function appended(id: string | undefined, text: string): ClientEvent {
  const audio = decodeBase64(text);
  return audio === undefined
    ? unreadable(id, describeError('invalid_base64', { field: 'audio' }))
    : { id, kind: 'append', audio };
}

function updated(id: string | undefined, session: unknown): ClientEvent {
  try {
    return { id, kind: 'update', session: readSession(session) };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { code, details, explanation } = error;
    return unreadable(id, describeError(code, details, explanation));
  }
}

function unreadable(id: string | undefined, problem: Problem): ClientEvent {
  return { id, kind: 'unreadable', problem };
}

function idOf(id: unknown): string | undefined {
  return typeof id === 'string' ? id.slice(0, LONGEST_ID) : undefined;
}
