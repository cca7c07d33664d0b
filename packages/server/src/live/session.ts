import type { WebSocket } from 'ws';
import type { Authentication } from '../access/authentication.js';
import { ownershipOf, shareOf, type Identity } from '../access/identity.js';
import type { AdmittedSession } from './admitted-session.js';
import type { ResumeRequest } from './commands.js';
import { holdConnection } from './connection.js';
import { createConversation } from './conversation.js';
import { createFlowControl } from './flow-control.js';
import { createHolder } from './holder.js';
import { createInbox } from './inbox.js';
import { createOutbox } from './outbox.js';
import { createParting, type Parting } from './parting.js';
import { createPresence } from './presence.js';
import { createSessionEnd } from './session-end.js';
import type { SessionServices } from './session-services.js';
import { createSessionTelemetry } from './session-telemetry.js';
import { whenRead } from './when-read.js';

/** One client's session, over successive sockets. */
export interface Session {
  readonly id: string;
  /** Who holds the session. */
  readonly identity: Identity;
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
  const { id, identity, writer, dialect } = session;
  const { config, metrics, turns } = services;
  const share = shareOf(ownershipOf(identity)).join('\n');
  const fail: Parting['fail'] = (code) => {
    parting.fail(code);
  };

  const telemetry = createSessionTelemetry(id, services);
  const inbox = createInbox((error) => {
    telemetry.failed(error);
    fail('internal_error');
  });
  const outbox = createOutbox({
    dialect,
    metrics,
    limitBytes: config.maxSendBufferBytes,
    keeps: () => parting.isResumable(),
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
        parting.finish();
      },
    },
  });
  const onFrame = (frame: Buffer, isBinary: boolean): void => {
    telemetry.received(frame.length);
    inbox.run((superseded) =>
      turns.take(share, () => {
        // Superseded while it waited for its turn: a client that came back sends it again.
        if (superseded()) return;
        flow.onMessage();
        return whenRead(dialect.read(frame, isBinary), superseded, (command) =>
          conversation.take(command, superseded),
        );
      }),
    );
  };
  const onAcknowledge = (): void => {
    outbox.emit(conversation.acknowledgement());
  };
  const presence = createPresence(
    config.resumeSeconds,
    (next) => holdConnection(next, config, { inbox, outbox, parting, onFrame, onAcknowledge }),
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
  const parting = createParting({ config, dialect, inbox, outbox, conversation, presence, end });
  const holder = createHolder({ session, outbox, conversation, presence, end, parting, telemetry });

  telemetry.opened();
  presence.arrive(socket);
  conversation.greet();
  return {
    id,
    identity,
    resume: holder.resume,
    revalidate: holder.revalidate,
    drain: () => {
      parting.drain();
      return end.closed;
    },
    abandon: parting.abandon,
    closed: end.closed,
  };
}
