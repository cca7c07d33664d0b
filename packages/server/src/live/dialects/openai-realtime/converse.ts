import { closeTable, describeError, type ErrorCode, type SessionSettings } from '@auscult/protocol';
import { closeCodes, POLICY_VIOLATION } from '../../../close-codes.js';
import type { Asked } from '../../../compatibility/asked.js';
import type { ParameterWarning } from '../../../compatibility/parameters.js';
import type { TextReader } from '../../../reading/text-reader.js';
import type { Command } from '../../commands.js';
import type { DialectSession, SessionPlace } from '../../dialect.js';
import type { Problem, SessionEvent } from '../../events.js';
import { createAppendBuffer } from './append-buffer.js';
import type { ClientEvent } from '../../../compatibility/openai-realtime/client-event.js';
import { createCommittedItems } from './committed-items.js';
import { createDetectedItems } from './detected-items.js';
import { createItemIds, type ItemEvent, type ItemIds, type Items } from './item-events.js';
import { createServerEvents, type Names } from './server-events.js';
import type { ReadSession } from '../../../compatibility/openai-realtime/session-fields.js';
import {
  changedState,
  settingsOf,
  termsOf,
  type SessionState,
} from '../../../compatibility/openai-realtime/session-state.js';
import { sessionIdOf } from '../../../compatibility/openai-realtime/session-view.js';

/** What a conversation begins with. */
export interface ConverseOptions {
  readonly names: Names;
  readonly state: SessionState;
  readonly asked: Asked;
  readonly reader: TextReader;
}

/** The least audio that can be committed, seconds. */
const LEAST_COMMIT_SECONDS = 0.1;

/** Warnings of a session that are kept: a client may send the same fields again and again. */
const MOST_WARNINGS = 100;

/** What the model cannot do, so that an update is refused. */
const INABILITIES: ReadonlySet<ErrorCode> = new Set(['unsupported_language', 'unsupported_task']);

/** Converses with a client of OpenAI's Realtime interface, in a session that only transcribes. */
export function converse(place: SessionPlace, options: ConverseOptions): DialectSession {
  const events = createServerEvents(options.names);
  const ids = createItemIds(place.sessionId);
  const buffer = createAppendBuffer();
  /** The ids that the client gave to the events that problems are about. */
  const idsOfEvents = new WeakMap<Problem, string>();
  /** An update that is not in force yet. */
  let update: { readonly id: string | undefined; readonly state: SessionState } | undefined;
  let { state, asked } = options;
  let items = itemsOf(state, ids, buffer.take);

  const reply = (make: () => readonly ItemEvent[]): Command => ({
    kind: 'reply',
    frames: () => events.items(make()),
  });

  const unreadable = (problem: Problem, id: string | undefined): Command => {
    if (id !== undefined) idsOfEvents.set(problem, id);
    return { kind: 'unreadable', problem };
  };

  const commit = (id: string | undefined): Command => {
    if (buffer.seconds() < LEAST_COMMIT_SECONDS)
      return unreadable(describeError('input_audio_buffer_commit_empty'), id);
    return flushBetween(
      reply(() => items.commit()),
      reply(() => items.committed()),
    );
  };

  const clear = (): Command => {
    buffer.take();
    return flushBetween(
      reply(() => items.clear()),
      reply(() => items.cleared()),
    );
  };

  const reconfigure = (id: string | undefined, { wishes, warnings }: ReadSession): Command => {
    update = { id, state: changedState(state, wishes) };
    const { model = asked.model } = wishes;
    asked = { ...asked, model, warnings: withoutRepeats([...asked.warnings, ...warnings]) };
    const [change, keyterms] = [settingsOf(update.state), termsOf(update.state)];
    return { kind: 'configure', change, keyterms, midstream: true, asked };
  };

  const commandOf = (event: ClientEvent): Command => {
    switch (event.kind) {
      case 'append':
        return buffer.append(event.audio, state.format);
      case 'commit':
        return commit(event.id);
      case 'clear':
        return clear();
      case 'update':
        return reconfigure(event.id, event.session);
      case 'unreadable':
        return unreadable(event.problem, event.id);
    }
  };

  const configured = (settings: SessionSettings): readonly string[] => {
    const before = state;
    state = update?.state ?? state;
    update = undefined;
    buffer.forgetRest();
    const rest = state.detectsTurns === before.detectsTurns ? [] : events.items(items.finish());
    if (state.detectsTurns !== before.detectsTurns) items = itemsOf(state, ids, buffer.take);
    return [...rest, events.session('updated', state, factsOf(place, settings))];
  };

  const failed = (problem: Problem): readonly string[] => {
    // Nothing went wrong, and an error would be taken for that.
    if (problem.code === 'idle_timeout') return events.items(items.finish());
    const refused = INABILITIES.has(problem.code) ? update : undefined;
    if (refused !== undefined) update = undefined;
    return [events.error(problem, idsOfEvents.get(problem) ?? refused?.id)];
  };

  const write = (event: SessionEvent): readonly string[] => {
    switch (event.kind) {
      case 'opened':
        return [events.session('created', state, factsOf(place, event.setup.settings))];
      case 'configured':
        return configured(event.setup.settings);
      case 'reply':
        return event.frames();
      case 'ending':
        return events.items(items.finish());
      case 'error':
        return failed(event.problem);
      default:
        return events.items(items.take(event));
    }
  };

  return {
    read: (frame, isBinary) => {
      if (isBinary)
        return unreadable(describeError('unsupported_event', { limit: 'text frames' }), undefined);
      const event = options.reader.realtimeEvent(place.identity, frame);
      return event instanceof Promise ? event.then(commandOf) : commandOf(event);
    },
    write,
    close: (why) => ({ code: closeCodeOf(why), reason: why }),
    isResumable: () => false,
  };
}

function itemsOf({ detectsTurns }: SessionState, ids: ItemIds, takeSeconds: () => number): Items {
  return detectsTurns ? createDetectedItems(ids, takeSeconds) : createCommittedItems(ids, takeSeconds);
}

/** Has the text of all audio so far made between two replies. */
function flushBetween(first: Command, last: Command): Command {
  return { kind: 'sequence', commands: [first, { kind: 'finalize' }, last] };
}

function factsOf({ sessionId, model }: SessionPlace, settings: SessionSettings) {
  return { id: sessionIdOf(sessionId), model, settings };
}

function withoutRepeats(warnings: readonly ParameterWarning[]): readonly ParameterWarning[] {
  const known = new Map(warnings.map((warning) => [`${warning.parameter}: ${warning.reason}`, warning]));
  return [...known.values()].slice(0, MOST_WARNINGS);
}

const closeCodeOf = closeCodes(
  {
    idle_timeout: closeTable.normal.code,
    credential_expired: POLICY_VIOLATION,
  },
  closeTable.internal_error.code,
);
