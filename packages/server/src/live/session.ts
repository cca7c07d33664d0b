import { closeTable, type ErrorCode } from '@auscult/protocol';
import type { WebSocket } from 'ws';
import type { Authentication } from '../access/authentication.js';
import { isSameIdentity, ownershipOf, shareOf, type Identity } from '../access/identity.js';
import type { AdmittedSession } from './admission.js';
import type { ResumeRequest } from './commands.js';
import { holdConnection } from './connection.js';
import { createConversation } from './conversation.js';
import type { EndReason } from './dialect.js';
import { problemEvent } from './events.js';
import { createFlowControl } from './flow-control.js';
import { createInbox } from './inbox.js';
import { createOutbox } from './outbox.js';
import { createPresence } from './presence.js';
import { createSessionEnd } from './session-end.js';
import type { SessionServices } from './session-services.js';
import { createSessionTelemetry } from './session-telemetry.js';
import { whenRead } from './when-read.js';

/** One client, on one socket after the other. */
export interface Session {
  readonly id: string;
  /** Who holds the session. */
  readonly identity: Identity;
  /**
   * Goes on over another socket, if it is that of the same identity and `token` is the session's own; the one it has
   * had is closed.
   */
  readonly resume: (socket: WebSocket, request: ResumeRequest, authentication: Authentication) => boolean;
  /**
   * Closes the connection if what it was opened with holds no more. The session waits for its client then, as after
   * any other break: whoever is still let in may resume it.
   */
  readonly revalidate: () => Promise<void>;
  /** Sends the finals of all audio received, then closes; resolves when that is done or the client is gone. */
  readonly drain: () => Promise<void>;
  /** Closes at once because the server goes away. */
  readonly abandon: () => void;
  /** Resolves when the session is over and everything of it is released. */
  readonly closed: Promise<void>;
}

/** RFC 6455 §7.4.1: the close frame had no code. */
const CLOSED_WITHOUT_CODE = 1005;

/** What a client closes with that is done: to close without a code is as deliberate. It cannot be resumed. */
const goodbyes: ReadonlySet<number> = new Set([closeTable.normal.code, CLOSED_WITHOUT_CODE]);

/**
 * Holds a session on a socket that was just opened, until either side ends it. Where the socket is lost, the session
 * of a client that can come back waits for `resumeSeconds`.
 */
export function startSession(
  socket: WebSocket,
  session: AdmittedSession,
  services: SessionServices,
): Session {
  const { id, identity, writer, dialect, token } = session;
  const { config, metrics, turns } = services;
  const share = shareOf(ownershipOf(identity)).join('\n');
  /** What the connection of now was opened with. */
  let authentication = session.openedBy;

  const telemetry = createSessionTelemetry(id, services);
  const inbox = createInbox((error) => {
    telemetry.failed(error);
    fail('internal_error');
  });
  const outbox = createOutbox({
    dialect,
    metrics,
    limitBytes: config.maxSendBufferBytes,
    keeps: isResumable,
    onOverflow: () => {
      fail('slow_reader');
    },
  });
  const flow = createFlowControl(inbox, config, (reason) => {
    telemetry.held(reason);
    outbox.emit({ kind: 'held', reason });
  });
  const conversation = createConversation({
    session,
    services,
    telemetry,
    emit: outbox.emit,
    signals: {
      onAudio: () => {
        flow.onAudio(conversation.pendingSeconds);
      },
      onUnrecorded: (error) => {
        telemetry.failed(error);
        fail('record_failed');
      },
      onHopeless: () => {
        fail('too_many_bad_messages');
      },
      onEnd: () => {
        close('done', end.release);
      },
    },
  });
  const presence = createPresence(
    config.resumeSeconds,
    (next) =>
      holdConnection(next, config, {
        inbox,
        outbox,
        onFrame,
        onLost: lose,
        onTooLarge: () => {
          outbox.emit(problemEvent('frame_too_large', { limit: `at most ${config.maxFrameBytes} bytes` }));
          end.release(closeTable.frame_too_large.code);
        },
        onIdle: () => {
          inbox.run(async () => {
            await conversation.flush();
            fail('idle_timeout');
          });
        },
        onAcknowledge: () => {
          outbox.emit(conversation.acknowledgement());
        },
      }),
    telemetry,
  );
  const end = createSessionEnd({
    inbox,
    isRecorded: config.records === 'on',
    hasHeard: () => conversation.receivedSeconds() > 0,
    flush: conversation.flush,
    leave: presence.leave,
    onOver: (closeCode) => {
      flow.stop();
      const missingSeconds = conversation.close();
      writer.close(String(closeCode), missingSeconds).catch(telemetry.failed);
      const [audioSeconds, finals] = [conversation.receivedSeconds(), conversation.finals()];
      telemetry.closed({ closeCode, audioSeconds, finals, missingSeconds });
    },
  });

  function onFrame(frame: Buffer, isBinary: boolean): void {
    telemetry.received(frame.length);
    inbox.run((superseded) =>
      turns.take(share, () => {
        // While it waited for its turn, as in the inbox: whoever came back sends it again.
        if (superseded()) return;
        flow.onMessage();
        return whenRead(dialect.read(frame, isBinary), superseded, (command) =>
          conversation.take(command, superseded),
        );
      }),
    );
  }

  function isResumable(): boolean {
    return config.resumeSeconds > 0 && dialect.isResumable() && !end.isEnding();
  }

  /** The socket has closed: without it the session is over, or waits for its client. */
  function lose(closeCode: number): void {
    const waits = isResumable() && conversation.receivedSeconds() > 0 && !goodbyes.has(closeCode);
    if (!waits || !end.isOpen()) {
      end.release(closeCode);
      return;
    }
    presence.awaitReturn(closeCode, () => {
      end.release(closeCode);
    });
    // A page that was left, most often: the record need not wait with its last words for a client that may come back.
    if (closeCode === closeTable.going_away.code) inbox.run(conversation.flush);
  }

  /** Ends the session for a reason that the client is told. */
  function fail(code: ErrorCode): void {
    if (end.isOver()) return;
    outbox.emit(problemEvent(code));
    if (isBeyondHelp(code)) close(code, end.conclude);
    else close(code, mayComeBack(code) ? lose : end.release);
  }

  /** Lets the client go, and closes its socket. */
  function close(why: EndReason, letGo: (closeCode: number) => void): void {
    const socketThen = presence.socket();
    const { code, reason } = dialect.close(why);
    letGo(code);
    socketThen?.close(code, reason);
  }

  telemetry.opened();
  presence.arrive(socket);
  conversation.greet();

  return {
    id,
    identity,
    closed: end.closed,
    resume: (next, request, shown) => {
      if (!end.isOpen() || !isResumable() || !token.is(request.token)) return false;
      if (!isSameIdentity(shown.identity, identity)) return false;
      authentication = shown;
      const former = presence.socket();
      if (former !== undefined) outbox.emit(problemEvent('session_taken_over'));
      presence.arrive(next);
      const { code, reason } = dialect.close('session_taken_over');
      former?.close(code, reason);
      telemetry.resumed();
      outbox.emit(conversation.resumption());
      outbox.resend(request.next);
      return true;
    },
    revalidate: async () => {
      const asked = authentication;
      if (presence.socket() === undefined || (await asked.isStillValid())) return;
      // It may have been resumed meanwhile, with what is valid.
      if (asked === authentication) fail('credential_expired');
    },
    drain: () => {
      end.drain(() => {
        close('going_away', end.release);
      });
      return end.closed;
    },
    abandon: () => {
      close('going_away', end.conclude);
    },
  };
}

/** Whether the server itself is at the end of what it can do, so that to go on would bring no text. */
function isBeyondHelp(code: ErrorCode): boolean {
  return code === 'internal_error' || code === 'record_failed';
}

/** Whoever was too slow, or let a token expire, may come back for the rest. */
function mayComeBack(code: ErrorCode): boolean {
  return code === 'slow_reader' || code === 'credential_expired';
}
