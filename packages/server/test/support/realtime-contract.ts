import { expect } from 'vitest';

/** An event of a Realtime server. */
export interface RealtimeEvent {
  readonly type: string;
  readonly event_id: string;
  readonly [field: string]: unknown;
}

/**
 * Fields of events that programs read without asking whether they are there: the SDKs of OpenAI, LiveKit's plugin (its STT
 * indexes `item_id`, `delta`, `transcript`), Pipecat (its realtime service parses events by strict models) and Jitsi.
 */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'session.created': ['session.type', 'session.id', 'session.object', 'session.audio.input.format.type'],
  'session.updated': ['session.type', 'session.id', 'session.object', 'session.audio.input.format.type'],
  'transcription_session.created': ['session.id', 'session.object', 'session.input_audio_format'],
  'transcription_session.updated': ['session.id', 'session.object', 'session.input_audio_format'],
  'input_audio_buffer.speech_started': ['item_id', 'audio_start_ms'],
  'input_audio_buffer.speech_stopped': ['item_id', 'audio_end_ms'],
  'input_audio_buffer.committed': ['item_id', 'previous_item_id'],
  'input_audio_buffer.cleared': [],
  'conversation.item.added': ['previous_item_id', ...itemFields()],
  'conversation.item.done': ['previous_item_id', ...itemFields()],
  'conversation.item.created': ['previous_item_id', ...itemFields()],
  'conversation.item.input_audio_transcription.delta': ['item_id', 'content_index', 'delta'],
  'conversation.item.input_audio_transcription.completed': [
    'item_id',
    'content_index',
    'transcript',
    'usage.type',
    'usage.seconds',
  ],
  'conversation.item.input_audio_transcription.failed': [
    'item_id',
    'content_index',
    'error.type',
    'error.code',
    'error.message',
  ],
  error: ['error.type', 'error.code', 'error.message', 'error.param', 'error.event_id'],
};

function itemFields(): readonly string[] {
  return ['item.id', 'item.type', 'item.role', 'item.status', 'item.content'];
}

/** The only fields in which null may stand. */
const NULLABLE = /^(session\..*|previous_item_id|error\..*)$/;

/** Fails unless an event has every field that is read from it, and null only where it is expected. */
export function checkRealtimeEvent(event: RealtimeEvent): void {
  const fields = FIELDS[event.type];
  expect(fields, event.type).toBeDefined();
  const values = new Map(leavesOf(event));
  const names = [...values.keys()];
  for (const field of ['event_id', ...(fields ?? [])])
    expect(
      names.some((name) => name === field || name.startsWith(`${field}.`)),
      `${field} of ${event.type}`,
    ).toBe(true);
  for (const [name, value] of values)
    if (value === null) expect(name, `null in ${event.type}`).toMatch(NULLABLE);
}

/** The names and values of all fields, those of objects and lists one by one. */
function* leavesOf(value: unknown, path = ''): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, value];
    return;
  }
  for (const [key, inner] of Object.entries(value))
    yield* leavesOf(inner, path === '' ? key : `${path}.${key}`);
}
