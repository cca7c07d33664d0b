import type { Recognizer } from '@auscult/asr';
import {
  closeTable,
  describeError,
  describeWarning,
  errorTable,
  PROTOCOL,
  type ErrorCode,
  type ResumeMessage,
} from '@auscult/protocol';
import type { WebSocket } from 'ws';
import type { Authentication } from '../access/authentication.js';
import { isSameIdentity, ownershipOf, shareOf, type Identity } from '../access/identity.js';
import type { Config } from '../config/schema.js';
import type { SharedKeyTerms } from '../key-terms/shared-key-terms.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { TextReader } from '../reading/text-reader.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { Transcriptions } from '../transcriptions/transcriptions.js';
import { FRAME_TOO_LARGE } from './announcing-web-socket.js';
import { createConversation } from './conversation.js';
import { createFlowControl } from './flow-control.js';
import { startHeartbeat } from './heartbeat.js';
import { createInbox, type HoldReason } from './inbox.js';
import { createOutbox } from './outbox.js';
import { createResumeToken } from './resume-token.js';
import type { Turns } from './turns.js';

/** What every session shares. */
export interface SessionServices {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly transcriptions: Transcriptions;
  readonly keyTerms: SharedKeyTerms;
  readonly reader: TextReader;
  /** Whether records can be written now. */
  readonly isRecording: () => boolean;
  /** In which the messages of all sessions are worked on. */
  readonly turns: Turns;
}

/** A session that has been let in: its name, where it is recorded, and who holds it. */
export interface AdmittedSession {
  readonly id: string;
  readonly writer: SessionRecordWriter;
  readonly openedBy: Authentication;
  /** What the program calls itself, if it does. */
  readonly client: string | undefined;
}

/** What a session hears with. */
export interface SessionRecognizers {
  readonly recognizer: Recognizer;
  /** Reads the session again; often the same. */
  readonly refiner: Recognizer;
}

/** One client, on one socket after the other. */
export interface Session {
  readonly id: string;
  /** Who holds the session. */
  readonly identity: Identity;
  /**
   * Goes on over another socket, if it is that of the same identity and `token` is the session's own; the one it has
   * had is closed.
   */
  readonly resume: (socket: WebSocket, request: ResumeMessage, authentication: Authentication) => boolean;
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

/** RFC 6455 §7.4.1: the close frame had no code, or there was no close frame. */
const CLOSED_WITHOUT_CODE = 1005;
const CONNECTION_LOST = 1006;
/** Codes that are counted by themselves: clients may close with any number, and a metric must not grow with them. */
const knownCloseCodes: ReadonlySet<number> = new Set([
  ...Object.values(closeTable).map(({ code }) => code),
  CLOSED_WITHOUT_CODE,
  CONNECTION_LOST,
]);

/** What a client closes with that is done: to close without a code is as deliberate. It cannot be resumed. */
const goodbyes: ReadonlySet<number> = new Set([closeTable.normal.code, CLOSED_WITHOUT_CODE]);

/** How often a client that opted in is told how far the server has come, milliseconds. */
const ACKNOWLEDGE_MS = 2000;

/** `ending`: nobody listens any more, and what was taken is transcribed for the record. */
type State = 'open' | 'draining' | 'ending' | 'over';

/** A socket, and what watches over it. */
interface Connection {
  readonly socket: WebSocket;
  readonly release: () => void;
}

/**
 * Holds a session on a socket that was just opened, until either side ends it. Where the socket is lost, the session
 * of a client that opted in waits for `resumeSeconds`, for the client to come back.
 */
export function startSession(
  socket: WebSocket,
  { id, writer, openedBy, client }: AdmittedSession,
  recognizers: SessionRecognizers,
  { config, log, metrics, transcriptions, keyTerms, reader, isRecording, turns }: SessionServices,
): Session {
  const { identity } = openedBy;
  const share = shareOf(ownershipOf(identity)).join('\n');
  /** What the connection of now was opened with. */
  let authentication = openedBy;
  const token = createResumeToken();
  const openedAt = performance.now();
  const warned = new Set<HoldReason>();
  let connection: Connection | undefined;
  let state: State = 'open';
  let idle: NodeJS.Timeout | undefined;
  /** Set while the session waits for its client. */
  let expiry: NodeJS.Timeout | undefined;
  const { promise: closed, resolve: resolveClosed } = promiseWithResolvers();

  const inbox = createInbox((error) => {
    log.unexpected(error, { session: id });
    end('internal_error');
  });
  const outbox = createOutbox(config.maxSendBufferBytes, metrics, isResumable, () => {
    end('slow_reader');
  });
  const { send } = outbox;
  const flow = createFlowControl(inbox, config, (reason) => {
    metrics.readingPaused.inc({ reason });
    if (warned.has(reason) || !conversation.hasOptedIn()) return;
    warned.add(reason);
    send(describeWarning(reason === 'backlog' ? 'falling_behind' : 'messages_throttled'));
  });
  const conversation = createConversation({
    sessionId: id,
    identity,
    client,
    resumeToken: config.resumeSeconds > 0 ? token.text : undefined,
    config,
    ...recognizers,
    transcriptions,
    sharedTerms: keyTerms.of(identity.tenant),
    reader,
    writer,
    isRecording,
    send,
    optedIn: socket.protocol === PROTOCOL,
    onEncoded: (code) => {
      log.warn('what comes as samples are none', { session: id, code });
    },
    onAudio: (seconds) => {
      metrics.audioSeconds.inc(seconds);
      flow.onAudio(conversation.pendingSeconds);
    },
    onLost: (seconds) => {
      log.error('audio lost', { session: id, seconds });
    },
    onDropped: (reason, times) => {
      metrics.wordsDropped.inc({ reason }, times);
    },
    onRewriteStopped: () => {
      metrics.rewritesStopped.inc({ origin: 'live' });
    },
    onUnrecorded: (error) => {
      log.unexpected(error, { session: id });
      end('record_failed');
    },
    onHopeless: () => {
      end('too_many_bad_messages');
    },
  });

  function connect(next: WebSocket): void {
    stopWaiting();
    const heartbeat = startHeartbeat(next, config.pingIntervalSeconds, {
      isPaused: inbox.isPaused,
      mark: outbox.sent,
      onReceived: outbox.confirm,
      onDead: () => {
        next.terminate();
        lose(closeTable.idle_timeout.code);
      },
    });
    const acknowledging = setInterval(() => {
      if (conversation.hasOptedIn()) send(conversation.acknowledgement());
    }, ACKNOWLEDGE_MS);
    const ifCurrent =
      <Arguments extends readonly unknown[]>(task: (...given: Arguments) => void) =>
      (...given: Arguments) => {
        if (connection?.socket === next) task(...given);
      };
    next.on(
      'message',
      ifCurrent((data, isBinary) => {
        heartbeat.heard();
        receive(data as Buffer, isBinary);
      }),
    );
    next.on('close', ifCurrent(lose));
    next.on(
      FRAME_TOO_LARGE,
      ifCurrent(() => {
        send(describeError('frame_too_large', { limit: `at most ${config.maxFrameBytes} bytes` }));
        release(closeTable.frame_too_large.code);
      }),
    );
    connection = {
      socket: next,
      release: () => {
        heartbeat.stop();
        clearInterval(acknowledging);
        clearTimeout(idle);
        inbox.disconnect();
        outbox.disconnect();
      },
    };
    outbox.connect(next);
    inbox.connect(next);
    idle = setTimeout(() => {
      // While the server does not read, it is not the client that is silent.
      if (inbox.isPaused()) idle?.refresh();
      else inbox.run(endIdle);
    }, config.idleTimeoutSeconds * 1000);
  }

  function receive(frame: Buffer, isBinary: boolean): void {
    metrics.receivedBytes.inc(frame.length);
    idle?.refresh();
    inbox.run((superseded) =>
      turns.take(share, () => {
        // While it waited for its turn, as in the inbox: whoever came back sends it again.
        if (superseded()) return;
        flow.onMessage();
        return conversation.take(frame, isBinary, superseded);
      }),
    );
  }

  async function endIdle(): Promise<void> {
    await conversation.flush();
    end('idle_timeout');
  }

  function isResumable(): boolean {
    return config.resumeSeconds > 0 && conversation.hasOptedIn() && state !== 'ending';
  }

  /** The socket has closed: without it the session is over, or waits for its client. */
  function lose(code: number): void {
    const waits = isResumable() && conversation.receivedSeconds() > 0 && !goodbyes.has(code);
    if (!waits || state !== 'open') {
      release(code);
      return;
    }
    disconnect();
    metrics.sessionsWaiting.inc();
    log.info('session waits for its client', { session: id, closeCode: code });
    expiry = setTimeout(release, config.resumeSeconds * 1000, code);
    // A page that was left, most often: the record need not wait with its last words for a client that may come back.
    if (code === closeTable.going_away.code) inbox.run(conversation.flush);
  }

  function stopWaiting(): void {
    if (expiry === undefined) return;
    clearTimeout(expiry);
    expiry = undefined;
    metrics.sessionsWaiting.dec();
  }

  function disconnect(): void {
    connection?.release();
    connection = undefined;
  }

  function resume(next: WebSocket, request: ResumeMessage, shown: Authentication): boolean {
    if (state !== 'open' || !isResumable() || !token.is(request.token)) return false;
    if (!isSameIdentity(shown.identity, identity)) return false;
    authentication = shown;
    if (connection) {
      const { socket: former } = connection;
      send(describeError('session_taken_over'));
      disconnect();
      former.close(closeTable.session_taken_over.code, 'session_taken_over');
    }
    connect(next);
    metrics.sessionsResumed.inc();
    log.info('session resumed', { session: id });
    send(conversation.resumption());
    outbox.resend(request.next);
    return true;
  }

  async function revalidate(): Promise<void> {
    const asked = authentication;
    if (connection === undefined || (await asked.isStillValid())) return;
    // It may have been resumed meanwhile, with what is valid.
    if (asked === authentication) end('credential_expired');
  }

  /** Ends the session for a reason that the client is told. */
  function end(code: ErrorCode): void {
    if (state === 'over') return;
    send(describeError(code));
    const closeCode = errorTable[code].closeCode ?? closeTable.internal_error.code;
    if (isBeyondHelp(code)) giveUp(closeCode, code);
    else close(closeCode, code);
  }

  /** Closes without hearing out what was taken. */
  function giveUp(code: number, reason: string): void {
    const socketThen = connection?.socket;
    conclude(code);
    socketThen?.close(code, reason);
  }

  function close(code: number, reason: string): void {
    const socketThen = connection?.socket;
    // Whoever was too slow, or let a token expire, may come back for the rest.
    if (code === closeTable.slow_reader.code || code === closeTable.unauthenticated.code) lose(code);
    else release(code);
    socketThen?.close(code, reason);
  }

  /**
   * Lets the client go. What it has brought is transcribed for the record first, although nobody waits for it; where
   * nothing is recorded, that would be for nothing.
   */
  function release(code: number): void {
    if (state === 'ending' || state === 'over') return;
    state = 'ending';
    disconnect();
    stopWaiting();
    if (config.records === 'off') conclude(code);
    else inbox.run(() => hearOut(code));
  }

  function hearOut(code: number): void | Promise<void> {
    if (conversation.receivedSeconds() === 0) return conclude(code);
    return conversation.flush().then(() => {
      conclude(code);
    });
  }

  function conclude(code: number): void {
    if (state === 'over') return;
    state = 'over';
    disconnect();
    stopWaiting();
    flow.stop();
    inbox.close();
    const missingSeconds = conversation.close();
    if (missingSeconds > 0) log.error('audio not in the record', { session: id, seconds: missingSeconds });
    writer.close(String(code), missingSeconds).catch((error: unknown) => {
      log.unexpected(error, { session: id });
    });
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

  metrics.sessionsOpen.inc();
  metrics.sessionsAccepted.inc();
  log.info('session opened', { session: id });
  connect(socket);
  conversation.greet();

  return {
    id,
    identity,
    resume,
    revalidate,
    closed,
    drain: () => {
      if (state === 'ending') return closed;
      state = state === 'open' ? 'draining' : state;
      inbox.stopReading();
      inbox.run(async () => {
        await conversation.flush();
        close(closeTable.going_away.code, 'going_away');
      });
      return closed;
    },
    abandon: () => {
      giveUp(closeTable.going_away.code, 'going_away');
    },
  };
}

/** Whether the server itself is at the end of what it can do, so that to go on would bring no text. */
function isBeyondHelp(code: ErrorCode): boolean {
  return code === 'internal_error' || code === 'record_failed';
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function promiseWithResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
