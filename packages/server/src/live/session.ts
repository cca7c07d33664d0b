import { timingSafeEqual } from 'node:crypto';
import type { ErrorCode } from '@auscult/protocol';
import type { WebSocket } from 'ws';
import type { Authentication } from '../access/authentication.js';
import type { Identity } from '../access/identity.js';
import type { CorrectedSpeakers } from '../records/speaker-changes.js';
import type { AdmittedSession } from './admitted-session.js';
import { createClientLine } from './client-line.js';
import type { ResumeRequest } from './commands.js';
import { attachToSocket } from './connection.js';
import { createConversation, type Conversation } from './conversation.js';
import { createHolder } from './holder.js';
import type { LiveState } from './live-state.js';
import { createParting } from './parting.js';
import { createPresence } from './presence.js';
import { readFrames } from './read-frames.js';
import { createSessionEnd } from './session-end.js';
import type { SessionServices } from './session-services.js';
import { createSessionTelemetry, type SessionTelemetry } from './session-telemetry.js';

/** One client's session, over successive sockets. */
export interface Session {
  readonly id: string;
  /** Who holds the session. */
  readonly identity: Identity;
  readonly startedAt: Date;
  /** The settings with which it began. */
  readonly settings: AdmittedSession['settings'];
  /** Name of the model. */
  readonly model: string;
  readonly state: () => LiveState;
  /** Ends the session for good, as somebody else than its holder wants. The client is told, and the record is completed. */
  readonly stop: () => void;
  /**
   * Continues over another socket, if that has the same identity and `token` is the session's own; the former socket
   * is closed.
   */
  readonly resume: (socket: WebSocket, request: ResumeRequest, authentication: Authentication) => boolean;
  /**
   * Closes the connection if its credential is no longer valid. The session then waits for its client, as after any
   * other break, and can be resumed with a valid credential.
   */
  readonly revalidate: () => Promise<void>;
  /** Takes over who speaks, as somebody has corrected it in the record, and tells the client. */
  readonly adoptSpeakers: (corrected: CorrectedSpeakers) => void;
  /**
   * Leaves the session to another server, at which its client has shown the token with this digest. Resolves with whether that may
   * take it now.
   */
  readonly handOver: (
    tokenDigest: Uint8Array,
    owner: Pick<Identity, 'tenant' | 'subject'>,
  ) => Promise<boolean>;
  /** Sends the finals of all audio received, then closes; resolves when that is done or the client is gone. */
  readonly drain: () => Promise<void>;
  /** Closes at once, because the server goes away. */
  readonly abandon: () => void;
  /** Resolves when the session is over and has released everything. */
  readonly closed: Promise<void>;
}

/**
 * Holds a session on a socket that was just opened, until either side ends it. If the socket is lost, the session of
 * a client that can come back waits for `resumeSeconds`.
 */
export function startSession(
  socket: WebSocket,
  session: AdmittedSession,
  services: SessionServices,
): Session {
  const assembled = assemble(session, services);
  const { line, conversation, presence, end, telemetry } = assembled;
  telemetry.opened();
  presence.arrive(socket);
  conversation.greet();
  const stop = session.dialect.start?.((command) => {
    line.inbox.run((superseded) => conversation.take(command, superseded));
  });
  if (stop) void end.closed.then(stop);
  return heldSession(session, assembled);
}

function heldSession(
  session: AdmittedSession,
  { end, parting, holder, conversation, presence, finalDelay }: ReturnType<typeof assemble>,
): Session {
  const { id, identity, token, settings, recognizer, dialectName, client } = session;
  return {
    id,
    identity,
    startedAt: new Date(),
    settings,
    model: recognizer.model.name,
    state: () => ({
      protocol: dialectName,
      client,
      isConnected: presence.socket() !== undefined,
      isEnding: end.isEnding(),
      audioSeconds: conversation.receivedSeconds(),
      finalDelaySeconds: finalDelay(),
    }),
    stop: () => {
      parting.fail('ended_by_administrator');
    },
    resume: holder.resume,
    revalidate: holder.revalidate,
    adoptSpeakers: conversation.adoptSpeakers,
    handOver: async (tokenDigest, { tenant, subject }) => {
      const isTheirs = tenant === identity.tenant && subject === identity.subject;
      if (!isTheirs || !timingSafeEqual(token.digest, tokenDigest)) return false;
      if (!parting.isHandedOver() && !parting.handOver()) return false;
      await end.closed;
      return true;
    },
    drain: () => {
      parting.drain();
      return end.closed;
    },
    abandon: parting.abandon,
    closed: end.closed,
  };
}

/** Goes on with a session that another process held. It waits for its client for `resumeSeconds`, and meanwhile hears what was taken. */
export function goOnWithSession(session: AdmittedSession, services: SessionServices): Session {
  const assembled = assemble(session, services);
  const { line, conversation, parting, telemetry } = assembled;
  telemetry.moved();
  line.inbox.run(conversation.goOn);
  parting.await();
  return heldSession(session, assembled);
}

/** Puts together a session that nobody is connected to yet. */
function assemble(session: AdmittedSession, services: SessionServices) {
  const { dialect } = session;
  const { config, metrics, turns } = services;
  const telemetry = createSessionTelemetry(session, services);
  // Every part may end the session, which is done by the parting; and that needs all other parts, so it is made last.
  const isResumable = (): boolean => parting.isResumable();
  const fail = (code: ErrorCode): void => {
    parting.fail(code);
  };
  let finalDelay: number | undefined;
  const line = createClientLine({ config, metrics, dialect, telemetry, isResumable, fail });
  const { inbox, outbox } = line;
  const conversation = createConversation({
    session,
    services,
    telemetry,
    emit: (event) => {
      outbox.emit(event);
      if (event.kind === 'final') {
        telemetry.trace?.sent(event);
        finalDelay = Math.max(0, conversation.receivedSeconds() - event.hypothesis.end);
      }
      const code = dialect.endedBy?.(event);
      if (code !== undefined) fail(code);
    },
    signals: {
      onAudio: () => {
        line.flow.onAudio(conversation.pendingSeconds);
      },
      onUnrecorded: (error) => {
        telemetry.failed(error);
        fail('record_failed');
      },
      onUndecodable: (code, explanation) => {
        parting.fail(code, explanation);
      },
      onHopeless: () => {
        fail('too_many_bad_messages');
      },
      onEnd: () => {
        parting.finish();
      },
    },
  });
  const listener = {
    inbox,
    outbox,
    onFrame: readFrames({ session, turns, telemetry, line, conversation }),
    onAcknowledge: () => {
      outbox.emit(conversation.acknowledgement());
    },
  };
  const presence = createPresence(
    config.resumeSeconds,
    (socket) => attachToSocket(socket, config, { ...listener, parting }),
    telemetry,
  );
  const end = createSessionEnd({
    inbox,
    isRecorded: config.records === 'on',
    hasHeard: () => conversation.receivedSeconds() > 0,
    finish: conversation.finish,
    leave: presence.leave,
    onOver: (closeCode) => {
      line.flow.stop();
      if (parting.isHandedOver()) {
        handOver(conversation, telemetry, closeCode);
        return;
      }
      settle(session, conversation, telemetry, {
        closeCode,
        mayContinue: parting.isForced(),
        isAbandoned: parting.isAbandoned(),
      });
    },
  });
  const parting = createParting({ config, dialect, inbox, outbox, conversation, presence, end });
  const holder = createHolder({ session, outbox, conversation, presence, end, parting, telemetry });
  return { line, conversation, presence, end, parting, holder, telemetry, finalDelay: () => finalDelay };
}

/** Reports a session that is over here, and goes on elsewhere. */
function handOver(conversation: Conversation, telemetry: SessionTelemetry, closeCode: number): void {
  conversation.close();
  const [audioSeconds, finals] = [conversation.receivedSeconds(), conversation.finals()];
  telemetry.closed({ closeCode, audioSeconds, finals, missingSeconds: 0 });
}

/** How a session has come to its end. */
interface SessionOutcome {
  readonly closeCode: number;
  /** Whether another session may go on with its speakers. */
  readonly mayContinue: boolean;
  /** Whether the server goes away before all that was taken has its text. */
  readonly isAbandoned: boolean;
}

/** Closes what a session that is over has written, and reports it. */
function settle(
  { writer }: AdmittedSession,
  conversation: Conversation,
  telemetry: SessionTelemetry,
  { closeCode, mayContinue, isAbandoned }: SessionOutcome,
): void {
  if (mayContinue) conversation.keepSpeakers();
  const { accepted } = conversation;
  const isLeft = isAbandoned && accepted.durableSeconds() !== undefined;
  const missingSeconds = conversation.close();
  const [audioSeconds, finals] = [conversation.receivedSeconds(), conversation.finals()];
  if (isLeft && missingSeconds > 0) {
    // The record stays open, and is completed from the journal at the next start.
    accepted.leave()?.catch(telemetry.failed);
    telemetry.closed({ closeCode, audioSeconds, finals, missingSeconds: 0 });
    return;
  }
  writer.close(String(closeCode), { missingSeconds, mayContinue }).then(accepted.end).catch(telemetry.failed);
  telemetry.closed({ closeCode, audioSeconds, finals, missingSeconds });
}
