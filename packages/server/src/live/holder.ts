import type { WebSocket } from 'ws';
import type { Authentication } from '../access/authentication.js';
import { isSameIdentity } from '../access/identity.js';
import type { AdmittedSession } from './admitted-session.js';
import type { ResumeRequest } from './commands.js';
import type { Conversation } from './conversation.js';
import { problemEvent, type FinalEvent } from './events.js';
import type { Outbox } from './outbox.js';
import type { Parting } from './parting.js';
import type { Presence } from './presence.js';
import type { SessionEnd } from './session-end.js';
import type { SessionTelemetry } from './session-telemetry.js';

/** Knows who holds a session, by the credential with which they last connected. */
export interface Holder {
  /** See `Session`. */
  readonly resume: (socket: WebSocket, request: ResumeRequest, authentication: Authentication) => boolean;
  /** See `Session`. */
  readonly revalidate: () => Promise<void>;
}

/** The session that is held. */
export interface HeldSession {
  readonly session: AdmittedSession;
  readonly outbox: Outbox;
  readonly conversation: Conversation;
  readonly presence: Presence;
  readonly end: SessionEnd;
  readonly parting: Parting;
  readonly telemetry: SessionTelemetry;
}

/** Starts with whoever opened the session as its holder, or nobody yet if it comes from another process. */
export function createHolder(held: HeldSession): Holder {
  const { session, outbox, conversation, presence, end, parting, telemetry } = held;
  const { identity, token, dialect } = session;
  let authentication: Authentication | undefined = session.openedBy;
  let { past } = session;

  return {
    resume: (socket, request, shown) => {
      if (!end.isOpen() || !parting.isResumable() || !token.is(request.token)) return false;
      if (!isSameIdentity(shown.identity, identity)) return false;
      authentication = shown;
      const former = presence.socket();
      if (former !== undefined) outbox.emit(problemEvent('session_taken_over'));
      presence.arrive(socket);
      const { code, reason } = dialect.close('session_taken_over');
      former?.close(code, reason);
      telemetry.resumed();
      outbox.emit(conversation.resumption());
      // Who knows which of them the former process could still send.
      outbox.restore(past?.finals.filter((final) => isMissing(final, request.next)) ?? []);
      past = undefined;
      outbox.resend(request.next);
      return true;
    },
    revalidate: async () => {
      const asked = authentication;
      if (asked === undefined || presence.socket() === undefined || (await asked.isStillValid())) return;
      // If not, the session was resumed meanwhile with another credential.
      if (asked === authentication) parting.fail('credential_expired');
    },
  };
}

function isMissing({ channel, hypothesis }: FinalEvent, next: readonly number[]): boolean {
  return hypothesis.sequence >= (next[channel] ?? 0);
}
