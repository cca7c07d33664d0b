import { closeEnds, type CloseEnd, type CloseName } from './connection-ends.js';

/** What a close code tells a client. */
export interface CloseDefinition extends CloseEnd {
  /** Why the connection ended. */
  readonly meaning: string;
}

/**
 * The one table of close codes, by name. 1000–1013 are those of RFC 6455 and the IANA registry; 4000–4999 is the range left
 * to applications, used here according to the nearest HTTP status.
 */
export const closeTable: Readonly<Record<CloseName, CloseDefinition>> = {
  normal: {
    ...closeEnds.normal,
    meaning: 'The client closed the connection.',
  },
  going_away: {
    ...closeEnds.going_away,
    meaning:
      'The server is shutting down. The finals of all audio received were sent before, as far as the drain time allowed.',
  },
  protocol_error: {
    ...closeEnds.protocol_error,
    meaning: 'A frame broke the WebSocket protocol itself.',
  },
  invalid_text: {
    ...closeEnds.invalid_text,
    meaning: 'A text frame was not valid UTF-8.',
  },
  too_many_fragments: {
    ...closeEnds.too_many_fragments,
    meaning: 'A message came in more fragments than the server takes.',
  },
  frame_too_large: {
    ...closeEnds.frame_too_large,
    meaning: 'A frame was larger than the server takes.',
  },
  internal_error: {
    ...closeEnds.internal_error,
    meaning: 'The server failed in a way that it could not repair within the connection.',
  },
  try_again_later: {
    ...closeEnds.try_again_later,
    meaning: 'The server has no room for another session now.',
  },
  too_many_bad_messages: {
    ...closeEnds.too_many_bad_messages,
    meaning: 'Too many messages in a row could not be understood.',
  },
  unauthenticated: {
    ...closeEnds.unauthenticated,
    meaning: 'The client did not authenticate, or its credential is not valid, has expired or was revoked.',
  },
  origin_not_allowed: {
    ...closeEnds.origin_not_allowed,
    meaning: 'Pages of this origin may not use the server.',
  },
  forbidden: {
    ...closeEnds.forbidden,
    meaning: 'The role of whoever connected does not allow this.',
  },
  undecodable_audio: {
    ...closeEnds.undecodable_audio,
    meaning: 'The audio cannot be decoded. The finals of what could be were sent before.',
  },
  idle_timeout: {
    ...closeEnds.idle_timeout,
    meaning: 'Nothing was received for too long, or the peer stopped answering pings.',
  },
  session_taken_over: {
    ...closeEnds.session_taken_over,
    meaning: 'Another connection goes on with this session.',
  },
  resume_refused: {
    ...closeEnds.resume_refused,
    meaning: 'The session cannot be resumed. A new one can be opened.',
  },
  ended_by_administrator: {
    ...closeEnds.ended_by_administrator,
    meaning: 'An administrator has ended the session. The text of all audio received is in its record.',
  },
  slow_reader: {
    ...closeEnds.slow_reader,
    meaning: 'The client did not read what was sent to it.',
  },
  locked_out: {
    ...closeEnds.locked_out,
    meaning: 'The credential of the client is not valid, and too many attempts from its address have failed.',
  },
};
