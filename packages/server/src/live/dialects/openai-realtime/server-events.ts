import { errorTable } from '@auscult/protocol';
import { threeDecimals } from '../../../transcripts/transcript.js';
import type { Problem } from '../../events.js';
import type { Item, ItemEvent } from './item-events.js';
import type { SessionState } from '../../../compatibility/openai-realtime/session-state.js';
import {
  betaSessionView,
  sessionView,
  type SessionFacts,
} from '../../../compatibility/openai-realtime/session-view.js';

/** The names of events: those of today, or those of the beta interface. */
export type Names = 'today' | 'beta';

/** Writes the events of one session, which are numbered. */
export interface ServerEvents {
  readonly session: (kind: 'created' | 'updated', state: SessionState, facts: SessionFacts) => string;
  readonly items: (events: readonly ItemEvent[]) => readonly string[];
  /** `about`: the id that the client gave to the event that the error is about, if it is about one. */
  readonly error: (problem: Problem, about: string | undefined) => string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The code of audio whose recognition failed. */
const LOST = 'audio_lost';

/** Has written nothing yet. */
export function createServerEvents(names: Names): ServerEvents {
  let count = 0;
  const write = (type: string, fields: Fields): string => {
    count += 1;
    return JSON.stringify({ type, event_id: `event_${count}`, ...fields });
  };
  const isBeta = names === 'beta';

  return {
    session: (kind, state, facts) =>
      isBeta
        ? write(`transcription_session.${kind}`, { session: betaSessionView(state, facts) })
        : write(`session.${kind}`, { session: sessionView(state, facts) }),
    items: (events) =>
      events.flatMap((event) => namedEvents(event, isBeta)).map(([type, fields]) => write(type, fields)),
    error: (problem, about) => write('error', { error: errorOf(problem, about) }),
  };
}

const BUFFER = 'input_audio_buffer';
const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

function namedEvents(event: ItemEvent, isBeta: boolean): readonly (readonly [string, Fields])[] {
  switch (event.kind) {
    case 'speech-started':
      return [[`${BUFFER}.speech_started`, { item_id: event.itemId, audio_start_ms: event.atMs }]];
    case 'speech-stopped':
      return [[`${BUFFER}.speech_stopped`, { item_id: event.itemId, audio_end_ms: event.atMs }]];
    case 'delta':
      return [[`${TRANSCRIPTION}.delta`, { ...contentOf(event.itemId), delta: event.delta }]];
    case 'committed':
      return committed(event.item, isBeta);
    case 'completed': {
      const usage = { type: 'duration', seconds: threeDecimals(event.seconds) };
      return [
        [`${TRANSCRIPTION}.completed`, { ...contentOf(event.itemId), transcript: event.transcript, usage }],
      ];
    }
    case 'failed': {
      const { meaning, remedy } = errorTable[LOST];
      const error = { type: 'server_error', code: LOST, message: `${meaning} ${remedy}` };
      return [[`${TRANSCRIPTION}.failed`, { ...contentOf(event.itemId), error }]];
    }
    case 'cleared':
      return [[`${BUFFER}.cleared`, {}]];
  }
}

function committed({ id, previousId }: Item, isBeta: boolean): readonly (readonly [string, Fields])[] {
  const content = [{ type: 'input_audio' }];
  const item = { id, type: 'message', role: 'user', status: 'completed', content };
  const added = { previous_item_id: previousId, item };
  return [
    [`${BUFFER}.committed`, { item_id: id, previous_item_id: previousId }],
    ...(isBeta
      ? [['conversation.item.created', added] as const]
      : [['conversation.item.added', added] as const, ['conversation.item.done', added] as const]),
  ];
}

function contentOf(itemId: string): Fields {
  return { item_id: itemId, content_index: 0 };
}

function errorOf({ code, message, field }: Problem, about: string | undefined): Fields {
  const { httpStatus = 400 } = errorTable[code];
  return {
    type: httpStatus >= 500 ? 'server_error' : 'invalid_request_error',
    code,
    message,
    param: field ?? null,
    event_id: about ?? null,
  };
}
