import { closeTable, type ErrorCode, type Explanation } from '@auscult/protocol';
import type { Config } from '../config/schema.js';
import type { ConnectionLoss } from './connection.js';
import type { Conversation } from './conversation.js';
import type { DialectSession, EndReason } from './dialect.js';
import { problemEvent } from './events.js';
import type { Inbox } from './inbox.js';
import type { Outbox } from './outbox.js';
import type { Presence } from './presence.js';
import type { SessionEnd } from './session-end.js';

/** How a session and its client part: for a while, or for good. */
export interface Parting extends ConnectionLoss {
  /** Whether the client may come back when its connection is lost. */
  readonly isResumable: () => boolean;
  /** Whether the session ends although its client would go on, in another session. */
  readonly isForced: () => boolean;
  /** Has another process go on with the session, if one can; returns whether it can. */
  readonly handOver: () => boolean;
  /** Whether the session goes on in another process. */
  readonly isHandedOver: () => boolean;
  /** Whether the server goes away before it is done with what was taken. */
  readonly isAbandoned: () => boolean;
  /** Ends the session with an error that the client is told. */
  readonly fail: (code: ErrorCode, explanation?: Explanation) => void;
  /** The client is away and may come back, as after the loss of a connection. */
  readonly await: () => void;
  /** The client is done. */
  readonly finish: () => void;
  /**
   * The server goes away. In a cluster, another goes on with the session at once, if it can; otherwise the client is first sent
   * the finals of all audio received.
   */
  readonly drain: () => void;
  /** The server goes away at once. */
  readonly abandon: () => void;
}

/** The services of a parting. */
export interface PartingServices {
  readonly config: Config;
  readonly dialect: DialectSession;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly conversation: Conversation;
  readonly presence: Presence;
  readonly end: SessionEnd;
}

/** RFC 6455 §7.4.1: the close frame had no code, or there was no close frame. */
const CLOSED_WITHOUT_CODE = 1005;
const CONNECTION_LOST = 1006;

/**
 * The close codes of a client that is done; closing without a code is just as deliberate. Such a session cannot be
 * resumed.
 */
const goodbyes: ReadonlySet<number> = new Set([closeTable.normal.code, CLOSED_WITHOUT_CODE]);

/** Parts a session that is under way. */
export function createParting(services: PartingServices): Parting {
  const { config, dialect, inbox, outbox, conversation, presence, end } = services;

  let isForced = false;
  let isHandedOver = false;
  let isAbandoned = false;

  function isResumable(): boolean {
    return config.resumeSeconds > 0 && dialect.isResumable() && !end.isEnding();
  }

  /** The socket is gone: the session is over, or waits for its client. */
  function lose(closeCode: number): void {
    const waits = isResumable() && conversation.receivedSeconds() > 0 && !goodbyes.has(closeCode);
    if (!waits || !end.isOpen()) {
      end.release(closeCode);
      return;
    }
    presence.awaitReturn(closeCode, () => {
      end.release(closeCode);
    });
    // Mostly somebody has left the page: the last words are recorded at once, whether or not the client comes back.
    if (closeCode === closeTable.going_away.code) inbox.run(conversation.flush);
  }

  function fail(code: ErrorCode, explanation?: Explanation): void {
    if (end.isOver()) return;
    outbox.emit(problemEvent(code, {}, explanation));
    if (isBeyondHelp(code)) {
      isForced = true;
      close(code, end.conclude);
    } else close(code, mayComeBack(code) ? lose : end.release);
  }

  /** Lets the client go, and closes its socket. */
  function close(why: EndReason, letGo: (closeCode: number) => void): void {
    const socketThen = presence.socket();
    const { code, reason } = dialect.close(why);
    letGo(code);
    socketThen?.close(code, reason);
  }

  function mayLeave(): boolean {
    return isResumable() && end.isOpen() && conversation.canLeave();
  }

  function leave(): Promise<void> {
    isHandedOver = true;
    const goAway = (): void => {
      close('going_away', end.conclude);
    };
    return conversation.leave().then(goAway, goAway);
  }

  /** What still waits in the inbox, the client sends again. */
  function handOver(): boolean {
    if (!mayLeave()) return false;
    inbox.close();
    void leave();
    return true;
  }

  /** Sends the finals of all audio received; then the next server may go on, if the session is not over by then. */
  function leaveAfterFinals(): void {
    inbox.stopReading();
    inbox.run(async () => {
      await conversation.flush();
      if (mayLeave()) return leave();
      // It has ended meanwhile, or its audio is not kept any more.
      if (!end.isOpen()) return;
      isForced = true;
      close('going_away', end.release);
    });
  }

  return {
    isResumable,
    handOver,
    isForced: () => isForced,
    isHandedOver: () => isHandedOver,
    isAbandoned: () => isAbandoned,
    lose,
    await: () => {
      presence.awaitReturn(CONNECTION_LOST, () => {
        end.release(CONNECTION_LOST);
      });
    },
    fail,
    failIdle: () => {
      // First, the finals of all audio are sent.
      inbox.run(async () => {
        await conversation.finish();
        fail('idle_timeout');
      });
    },
    failTooLarge: () => {
      outbox.emit(problemEvent('frame_too_large', { limit: `at most ${config.maxFrameBytes} bytes` }));
      end.release(closeTable.frame_too_large.code);
    },
    finish: () => {
      close('done', end.release);
    },
    drain: () => {
      // In a cluster, another server goes on at once; alone, it may take a while until one does.
      if (config.cluster !== undefined && handOver()) return;
      if (mayLeave()) {
        leaveAfterFinals();
        return;
      }
      isForced = true;
      end.drain(() => {
        outbox.emit({ kind: 'ending' });
        close('going_away', end.release);
      });
    },
    abandon: () => {
      isForced = true;
      isAbandoned = !end.isOver();
      close('going_away', end.conclude);
    },
  };
}

/** Whether the server itself has failed, so that going on would give no text. */
function isBeyondHelp(code: ErrorCode): boolean {
  return code === 'internal_error' || code === 'record_failed';
}

/** Whether the client may come back for the rest: after being too slow, or when its token expired. */
function mayComeBack(code: ErrorCode): boolean {
  return code === 'slow_reader' || code === 'credential_expired';
}
