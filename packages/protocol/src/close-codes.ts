/** What a close code tells a client. */
export interface CloseDefinition {
  /** The number in the WebSocket close frame. */
  readonly code: number;
  /** Why the connection ended. */
  readonly meaning: string;
  /** Whether a client should connect again by itself, with backoff. */
  readonly reconnect: boolean;
}

/**
 * Every code that a connection is closed with. 1000–1013 are those of RFC 6455 and the IANA registry;
 * 4000–4999 is the range left to applications, used here after the HTTP status that comes closest.
 */
const table = {
  normal: {
    code: 1000,
    meaning: 'The client closed the connection.',
    reconnect: false,
  },
  going_away: {
    code: 1001,
    meaning:
      'The server is shutting down. The finals of all audio received were sent before, as far as the drain time allowed.',
    reconnect: true,
  },
  protocol_error: {
    code: 1002,
    meaning: 'A frame broke the WebSocket protocol itself.',
    reconnect: false,
  },
  invalid_text: {
    code: 1007,
    meaning: 'A text frame was not valid UTF-8.',
    reconnect: false,
  },
  frame_too_large: {
    code: 1009,
    meaning: 'A frame was larger than the server takes.',
    reconnect: false,
  },
  internal_error: {
    code: 1011,
    meaning: 'The server failed in a way that it could not mend within the connection.',
    reconnect: true,
  },
  try_again_later: {
    code: 1013,
    meaning: 'The server has no room for another session now.',
    reconnect: true,
  },
  too_many_bad_messages: {
    code: 4400,
    meaning: 'Too many messages in a row could not be understood.',
    reconnect: false,
  },
  unauthenticated: {
    code: 4401,
    meaning: 'The client did not say who it is, or what it showed is not valid, has expired or was revoked.',
    reconnect: false,
  },
  origin_not_allowed: {
    code: 4403,
    meaning: 'Pages of this origin may not use the server.',
    reconnect: false,
  },
  forbidden: {
    code: 4405,
    meaning: 'The role of whoever connected does not allow this.',
    reconnect: false,
  },
  idle_timeout: {
    code: 4408,
    meaning: 'Nothing was received for too long, or the peer stopped answering pings.',
    reconnect: false,
  },
  session_taken_over: {
    code: 4409,
    meaning: 'Another connection goes on with this session.',
    reconnect: false,
  },
  resume_refused: {
    code: 4410,
    meaning: 'The session cannot be resumed. A new one can be opened.',
    reconnect: false,
  },
  slow_reader: {
    code: 4420,
    meaning: 'The client did not read what was sent to it.',
    reconnect: true,
  },
  locked_out: {
    code: 4429,
    meaning: 'Too many attempts from this address failed.',
    reconnect: false,
  },
} as const satisfies Record<string, CloseDefinition>;

/** The name of a close code. */
export type CloseName = keyof typeof table;

/** The one table of close codes, by name. */
export const closeTable: Readonly<Record<CloseName, CloseDefinition>> = table;
