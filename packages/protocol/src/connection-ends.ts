/**
 * What a client does by itself after a connection is closed.
 *
 * - `done`: nothing, if it closed the connection itself; otherwise it reconnects.
 * - `reconnect`: connects again, with growing pauses, and resumes its session.
 * - `begin-anew`: opens a new session at once and sends all audio again that is not final yet.
 * - `authenticate`: reconnects with a new ticket or token, never with the refused one; if it can get none, it gives
 *   up.
 * - `give-up`: tells the person and stays away, since the next connection would end in the same way.
 */
export type AfterClose = 'done' | 'reconnect' | 'begin-anew' | 'authenticate' | 'give-up';

/** What prevents a server from going on with a session. */
export type Outage = 'busy' | 'restarting' | 'failed';

/** How a connection ends, for programs. */
export interface CloseEnd {
  /** The number in the WebSocket close frame. */
  readonly code: number;
  /** What the client does next by itself. */
  readonly then: AfterClose;
  /** What prevents the server from going on, if that is the reason. */
  readonly outage?: Outage;
  /** Its errors may also answer single messages of an open session, which then goes on. */
  readonly refusesMessages?: true;
}

/**
 * Every close code of the protocol, by name. An error of the same name comes first, if there is one. Holds none of
 * the texts of `closeTable`, so that programs in browsers need not load them.
 */
export const closeEnds = {
  normal: { code: 1000, then: 'done' },
  going_away: { code: 1001, then: 'reconnect', outage: 'restarting' },
  protocol_error: { code: 1002, then: 'give-up' },
  invalid_text: { code: 1007, then: 'give-up' },
  too_many_fragments: { code: 1008, then: 'give-up' },
  frame_too_large: { code: 1009, then: 'give-up' },
  internal_error: { code: 1011, then: 'reconnect', outage: 'failed' },
  try_again_later: { code: 1013, then: 'reconnect', outage: 'busy' },
  too_many_bad_messages: { code: 4400, then: 'give-up' },
  unauthenticated: { code: 4401, then: 'authenticate' },
  origin_not_allowed: { code: 4403, then: 'give-up' },
  forbidden: { code: 4405, then: 'give-up', refusesMessages: true },
  idle_timeout: { code: 4408, then: 'reconnect' },
  undecodable_audio: { code: 4407, then: 'give-up' },
  session_taken_over: { code: 4409, then: 'give-up' },
  resume_refused: { code: 4410, then: 'begin-anew' },
  ended_by_administrator: { code: 4411, then: 'give-up' },
  slow_reader: { code: 4420, then: 'reconnect' },
  locked_out: { code: 4429, then: 'authenticate' },
} as const satisfies Record<string, CloseEnd>;

/** The name of a close code. */
export type CloseName = keyof typeof closeEnds;

/** The other errors that end a connection, each with the name of the close code that follows. */
const closesAs = {
  encryption_required: 'forbidden',
  credential_expired: 'unauthenticated',
  ticket_invalid: 'unauthenticated',
  busy: 'try_again_later',
  too_many_sessions: 'try_again_later',
  records_unavailable: 'try_again_later',
  not_ready: 'try_again_later',
  draining: 'going_away',
  decoder_gone: 'resume_refused',
  record_failed: 'internal_error',
  container_unknown: 'undecodable_audio',
  container_broken: 'undecodable_audio',
} as const satisfies Record<string, CloseName>;

/** A close code with its name. */
export interface NamedCloseEnd extends CloseEnd {
  readonly name: CloseName;
}

/** A close code by its number; `undefined` for those that the protocol does not use. */
export function endByCode(code: number): NamedCloseEnd | undefined {
  const name = (Object.keys(closeEnds) as CloseName[]).find((each) => closeEnds[each].code === code);
  return name && { name, ...closeEnds[name] };
}

/** How an error ends its connection; `undefined` for those that do not. */
export function endByError(error: string): NamedCloseEnd | undefined {
  const name = Object.hasOwn(closesAs, error) ? closesAs[error as keyof typeof closesAs] : error;
  const end = Object.hasOwn(closeEnds, name) ? endByCode(closeEnds[name as CloseName].code) : undefined;
  return end && error === 'not_ready' ? { ...end, outage: 'restarting' } : end;
}
