import { randomUUID } from 'node:crypto';
import type { Recognizer } from '@auscult/asr';
import {
  closeTable,
  describeError,
  describeWarning,
  errorTable,
  PROTOCOL,
  type ErrorCode,
} from '@auscult/protocol';
import type { WebSocket } from 'ws';
import type { Config } from '../config/schema.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Transcriptions } from '../transcriptions/transcriptions.js';
import { FRAME_TOO_LARGE } from './announcing-web-socket.js';
import { createConversation } from './conversation.js';
import { createFlowControl } from './flow-control.js';
import { startHeartbeat } from './heartbeat.js';
import { createInbox, type HoldReason } from './inbox.js';
import { createOutbox } from './outbox.js';

/** What every session shares. */
export interface SessionServices {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly transcriptions: Transcriptions;
}

/** What a session hears with. */
export interface SessionRecognizers {
  readonly recognizer: Recognizer;
  /** Reads the session again; often the same. */
  readonly refiner: Recognizer;
}

/** One client on one socket. */
export interface Session {
  /** Sends the finals of all audio received, then closes; resolves when that is done or the client is gone. */
  readonly drain: () => Promise<void>;
  /** Closes at once because the server goes away. */
  readonly abandon: () => void;
  /** Resolves when the session is over and everything of it is released. */
  readonly closed: Promise<void>;
}

/** RFC 6455 §7.4.1: the close frame had no code, or there was no close frame. */
const CLOSED_WITHOUT_CODE = 1005;
const CONNECTION_LOST = 1006;
/** Codes that are counted by themselves: clients may close with any number, and a metric must not grow with them. */
const knownCloseCodes: ReadonlySet<number> = new Set([
  ...Object.values(closeTable).map(({ code }) => code),
  CLOSED_WITHOUT_CODE,
  CONNECTION_LOST,
]);

/** Holds a session on a socket that was just opened, until either side ends it. */
export function startSession(
  socket: WebSocket,
  recognizers: SessionRecognizers,
  { config, log, metrics, transcriptions }: SessionServices,
): Session {
  const id = randomUUID();
  const openedAt = performance.now();
  const warned = new Set<HoldReason>();
  let isOver = false;
  const { promise: closed, resolve: resolveClosed } = promiseWithResolvers();

  const inbox = createInbox(socket, (error) => {
    log.unexpected(error, { session: id });
    end('internal_error');
  });
  const send = createOutbox(socket, config.maxSendBufferBytes, metrics, () => {
    end('slow_reader');
  });
  const flow = createFlowControl(inbox, config, (reason) => {
    metrics.readingPaused.inc({ reason });
    if (warned.has(reason) || !conversation.hasOptedIn()) return;
    warned.add(reason);
    send(describeWarning(reason === 'backlog' ? 'falling_behind' : 'messages_throttled'));
  });
  const conversation = createConversation({
    sessionId: id,
    config,
    ...recognizers,
    transcriptions,
    send,
    optedIn: socket.protocol === PROTOCOL,
    onAudio: (seconds) => {
      metrics.audioSeconds.inc(seconds);
      flow.onAudio(conversation.pendingSeconds);
    },
    onLost: (seconds) => {
      log.error('audio lost', { session: id, seconds });
    },
    onHopeless: () => {
      end('too_many_bad_messages');
    },
  });
  const heartbeat = startHeartbeat(socket, config.pingIntervalSeconds, inbox.isPaused, () => {
    socket.terminate();
    release(closeTable.idle_timeout.code);
  });
  const idle = setTimeout(() => {
    // While the server does not read, it is not the client that is silent.
    if (inbox.isPaused()) idle.refresh();
    else inbox.run(endIdle);
  }, config.idleTimeoutSeconds * 1000);

  function receive(frame: Buffer, isBinary: boolean): void {
    metrics.receivedBytes.inc(frame.length);
    heartbeat.heard();
    idle.refresh();
    inbox.run(() => {
      flow.onMessage();
      return conversation.take(frame, isBinary);
    });
  }

  async function endIdle(): Promise<void> {
    await conversation.flush();
    end('idle_timeout');
  }

  /** Ends the session for a reason that the client is told. */
  function end(code: ErrorCode): void {
    if (isOver) return;
    send(describeError(code));
    close(errorTable[code].closeCode ?? closeTable.internal_error.code, code);
  }

  function close(code: number, reason: string): void {
    release(code);
    socket.close(code, reason);
  }

  function release(code: number): void {
    if (isOver) return;
    isOver = true;
    heartbeat.stop();
    clearTimeout(idle);
    flow.stop();
    inbox.close();
    conversation.close();
    metrics.sessionsOpen.dec();
    metrics.sessionsClosed.inc({ code: knownCloseCodes.has(code) ? String(code) : 'other' });
    log.info('session closed', {
      session: id,
      closeCode: code,
      audioSeconds: conversation.receivedSeconds(),
      finals: conversation.finals(),
      seconds: (performance.now() - openedAt) / 1000,
    });
    resolveClosed();
  }

  socket.on('message', (data, isBinary) => {
    receive(data as Buffer, isBinary);
  });
  socket.on('close', release);
  socket.on(FRAME_TOO_LARGE, () => {
    send(describeError('frame_too_large', { limit: `at most ${config.maxFrameBytes} bytes` }));
    release(closeTable.frame_too_large.code);
  });
  metrics.sessionsOpen.inc();
  metrics.sessionsAccepted.inc();
  log.info('session opened', { session: id });
  conversation.greet();

  return {
    closed,
    drain: () => {
      inbox.stopReading();
      inbox.run(async () => {
        await conversation.flush();
        close(closeTable.going_away.code, 'going_away');
      });
      return closed;
    },
    abandon: () => {
      close(closeTable.going_away.code, 'going_away');
    },
  };
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function promiseWithResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
