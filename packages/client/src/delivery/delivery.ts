import type {
  ConfigureMessage,
  DroppedMessage,
  ErrorMessage,
  ReadyMessage,
  ServerMessage,
} from '@auscult/protocol';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { createBackoff } from '../connection/backoff.js';
import type { AddressAnswer } from '../connection/ask-address.js';
import { NO_STATUS, openConnection, type Connection } from '../connection/connection.js';
import type { ServerUrls } from '../connection/server-url.js';
import { describeProblem, type Problem, type ProblemCode } from '../problem.js';
import type { DroppedWords, Segment } from '../transcript.js';
import type { TranscriberOptions, WebSocketConstructor } from '../transcriber-options.js';
import type { TranscriberState } from '../transcriber-state.js';
import type { AudioBuffer } from './audio-buffer.js';
import { createAudioSender } from './audio-sender.js';
import { createFlushRequests } from './flush-requests.js';
import { createLedger } from './ledger.js';
import { refinedText } from './refined-text.js';
import { createSilenceWatch } from './silence-watch.js';
import { endsConnection, problemOf, verdictOn, verdictOnAnswer, type Verdict } from './verdict.js';

/** Brings audio to the server and text back, each once, over as many connections and sessions as that takes. */
export interface Delivery {
  /** Starts to connect. */
  readonly open: () => void;
  /** More audio is in the buffer. */
  readonly onAudio: () => void;
  /** Ends the utterance where the audio ends now. */
  readonly finalize: () => void;
  /** Asks for the finals of all audio: `onStopped` tells when they are here. */
  readonly stop: () => void;
  /** Connects at once where it would be tried later, or somebody had to log in first. */
  readonly retryNow: () => void;
  /** Seconds of audio that the server is not known to have. */
  readonly waitingSeconds: () => number;
  /** Samples that will never be transcribed. */
  readonly lostSamples: () => number;
  /** Audio was dropped from the buffer, from one sample to another. */
  readonly onDropped: (from: number, to: number) => void;
  /** Lets the server forget the session, and ends. */
  readonly close: () => void;
}

type OutageReason = Extract<TranscriberState, { kind: 'reconnecting' }>['reason'];

/** How the connection is. */
export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'waiting';
      readonly attempt: number;
      readonly retryAt: number;
      readonly reason: OutageReason;
    };

interface DeliveryListener {
  readonly onLink: (link: Link) => void;
  readonly onFinal: (segment: Segment) => void;
  readonly onPartial: (segment: Segment) => void;
  readonly onDropped: (dropped: DroppedWords) => void;
  readonly onSpeech: (speech: { state: 'started' | 'ended'; at: number; channel?: number }) => void;
  /** Some audio need not be kept any more. */
  readonly onSettled: () => void;
  readonly onWarning: (warning: { code: string; message: string }) => void;
  readonly onProblem: (problem: Problem) => void;
  /** The finals of all audio are here. `refines` tells that `onRefined` or a warning follows. */
  readonly onStopped: (refines: boolean) => void;
  readonly onRefined: (refined: { text: string; segments: readonly Segment[] }) => void;
  /** There is no way on. */
  readonly onFailed: (problem: Problem) => void;
}

interface DeliveryOptions {
  readonly urls: ServerUrls;
  readonly WebSocket: WebSocketConstructor;
  readonly ticket: TranscriberOptions['ticket'];
  readonly configure: ConfigureMessage;
  readonly channels: number;
  /** Unsettled seconds at which a server that acknowledges nothing is asked to flush. */
  readonly flushSeconds: number;
  readonly buffer: AudioBuffer;
  readonly listener: DeliveryListener;
}

const HANDSHAKE_MS = 10_000;
const TICK_MS = 1000;

/** A server that has acknowledged nothing by then never does. Those that do, do it every two seconds. */
const ACKNOWLEDGES_WITHIN_MS = 6000;

/** What comes and goes while a server is away. */
const passing: ReadonlySet<ProblemCode> = new Set([
  'connection_lost',
  'busy',
  'too_many_sessions',
  'draining',
  'not_ready',
]);

/** How far a connection is. */
type Stage = 'resuming' | 'configuring' | 'ready';

/** A session of the server. */
interface ServerSession {
  readonly id: string;
  /** Without one it cannot be resumed. */
  readonly token: string | undefined;
  readonly maxFrameBytes: number;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { urls, WebSocket, ticket, configure, channels, flushSeconds, buffer, listener } = options;
  const ledger = createLedger(channels);
  const requests = createFlushRequests();
  const sender = createAudioSender({ buffer, ledger, requests, channels });
  const backoff = createBackoff();
  /** Partials whose final may still come, by channel. */
  const open = new Map<number, Segment>();
  let session: ServerSession | undefined;
  let connection: Connection | undefined;
  let stage: Stage = 'configuring';
  let lastError: ErrorMessage | undefined;
  let hasAcknowledged = false;
  let watch = createSilenceWatch();
  let readyAt = 0;
  let lost = 0;
  /** Dropped samples that the server has, as long as its session lives. */
  let droppedThere = 0;
  let hasToldOfDrops = false;
  /** All text is here; at most the refined one is waited for. */
  let isStopped = false;
  /** A server has been at this address. */
  let wasThere = false;
  /** The last problem of the connection that was told. */
  let toldOf: ProblemCode | undefined;
  let isOver = false;
  /** Somebody has to log in before it is tried again. */
  let isHeld = false;
  /** Until the settings that were asked for are in force. */
  let readiesToCome = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let handshakeTimer: ReturnType<typeof setTimeout> | undefined;
  let tickTimer: ReturnType<typeof setInterval> | undefined;

  function connect(): void {
    clearTimeout(retryTimer);
    retryTimer = undefined;
    if (isOver) return;
    const resumes = session?.token !== undefined;
    stage = resumes ? 'resuming' : 'configuring';
    isHeld = false;
    // With a ticket comes the subprotocol, which is answered before `configure` is.
    readiesToCome = ticket === undefined ? 1 : 2;
    lastError = undefined;
    listener.onLink({ kind: 'connecting' });
    handshakeTimer = setTimeout(abandon, HANDSHAKE_MS);
    connection = openConnection(
      // A server that has been there is waited for in any case: what stands in its place can be asked later.
      {
        WebSocket,
        url: resumes ? urls.resume : urls.fresh,
        ticket,
        asks: !wasThere || backoff.attempt() > 3,
      },
      {
        onOpen: greet,
        onMessage: take,
        onClose: lose,
        onUnopened: missLink,
        onUnauthorized: hold,
        onBarred: failBarred,
      },
    );
  }

  function failBarred(): void {
    fail({
      code: 'invalid_options',
      message:
        'The browser does not allow this page to connect to that address. A page on https needs a wss:// server.',
    });
  }

  function greet(): void {
    if (stage === 'resuming' && session?.token !== undefined) {
      const { id: sessionId, token } = session;
      connection?.send({ type: 'resume', sessionId, token, next: [...ledger.next()] });
    } else {
      connection?.send(configure);
    }
  }

  function take(message: ServerMessage): void {
    watch.heard();
    switch (message.type) {
      case 'ready':
        if (stage === 'configuring' && --readiesToCome === 0) begin(message);
        break;
      case 'resumed':
        if (stage === 'resuming') resume(message.receivedSamples);
        break;
      case 'error':
        takeError(message);
        break;
      case 'warning':
        listener.onWarning({ code: message.code, message: message.message });
        break;
      case 'connection':
        break;
      default:
        if (stage === 'ready') takeText(message);
    }
  }

  function takeText(
    message: Exclude<ServerMessage, { type: 'ready' | 'resumed' | 'error' | 'warning' | 'connection' }>,
  ): void {
    switch (message.type) {
      case 'transcription': {
        const segment = message.isFinal ? ledger.takeFinal(message) : ledger.takePartial(message);
        if (!segment) break;
        if (message.isFinal) {
          open.delete(segment.channel ?? 0);
          listener.onFinal(segment);
        } else {
          open.set(segment.channel ?? 0, segment);
          listener.onPartial(segment);
        }
        break;
      }
      case 'acknowledged':
        hasAcknowledged = true;
        ledger.acknowledge(message.receivedSamples, message.settledSeconds);
        break;
      case 'speech':
        takeSpeech(message);
        break;
      case 'stopped':
        takeStopped(message);
        break;
      case 'dropped':
        takeDropped(message);
        break;
      case 'refined':
        listener.onRefined(refinedText(message, ledger.ownSeconds));
        break;
    }
    release();
  }

  function takeDropped({ reason, message, sequence, channel = 0, ...span }: DroppedMessage): void {
    const segment = open.get(channel);
    // Where there is a final all the same, what is open by now is of what was said next.
    if (segment && sequence >= (ledger.next()[channel] ?? 0)) takeBack(channel, segment);
    const [start, end] = [ledger.ownSeconds(span.start), ledger.ownSeconds(span.end)];
    listener.onDropped({ reason, message, start, end, ...(channels > 1 ? { channel } : {}) });
  }

  function takeSpeech({ state, at, channel }: Extract<ServerMessage, { type: 'speech' }>): void {
    if (state === 'finalized') {
      const place = requests.answer('finalize', ledger.ownSample(at));
      if (place !== undefined) ledger.settleAll(place);
    } else {
      listener.onSpeech({ state, at: ledger.ownSeconds(at), ...(channel === undefined ? {} : { channel }) });
    }
  }

  function takeStopped({ audioSeconds, refinement }: Extract<ServerMessage, { type: 'stopped' }>): void {
    const place = requests.answer('stop', ledger.ownSample(audioSeconds));
    if (place === undefined) return;
    ledger.settleAll(place);
    isStopped = true;
    listener.onStopped(refinement !== undefined);
  }

  function takeError(error: ErrorMessage): void {
    lastError = error;
    if (error.code === 'audio_lost') {
      lost += Math.round(((error.end ?? 0) - (error.start ?? 0)) * SAMPLE_RATE);
      listener.onProblem(problemOf(error));
    } else if (stage === 'ready') {
      if (!endsConnection(error)) listener.onProblem(problemOf(error));
    } else if (endsConnection(error)) {
      // The close follows, and the verdict on it.
    } else if (stage === 'resuming' && !error.retryable) {
      startAnew();
    } else if (!error.retryable) {
      fail(problemOf(error));
    }
  }

  function begin({ sessionId, resume, limits }: ReadyMessage): void {
    session = { id: sessionId, token: resume?.token, maxFrameBytes: limits.maxFrameBytes };
    lost += droppedThere;
    droppedThere = 0;
    const base = Math.max(ledger.settled(), buffer.begin());
    ledger.beginSession(base);
    requests.beginSession(base);
    beReady();
  }

  function resume(receivedSamples: number): void {
    ledger.resume(receivedSamples);
    beReady();
  }

  function beReady(): void {
    clearTimeout(handshakeTimer);
    requests.forgetSent();
    stage = 'ready';
    hasToldOfDrops = false;
    watch = createSilenceWatch();
    readyAt = performance.now();
    wasThere = true;
    toldOf = undefined;
    backoff.connected();
    listener.onLink({ kind: 'connected' });
    if (connection && session) sender.connect(connection, session.maxFrameBytes);
  }

  function release(): void {
    const settled = ledger.settled();
    if (settled >= buffer.begin()) droppedThere = 0;
    buffer.release(settled);
    takeBackPartials(settled / SAMPLE_RATE);
    listener.onSettled();
  }

  /** What sounded like speech and was none has partials and no final. */
  function takeBackPartials(settledSeconds: number): void {
    for (const [channel, segment] of open) {
      if (segment.end > settledSeconds) continue;
      takeBack(channel, segment);
    }
  }

  function takeBack(channel: number, segment: Segment): void {
    open.delete(channel);
    listener.onPartial({ ...segment, text: '' });
  }

  /** A server that acknowledges nothing tells by the answer to a flush that silence is settled, too. */
  function flushIfMuchIsUnsettled(): void {
    if (hasAcknowledged || requests.hasUnanswered() || stage !== 'ready') return;
    if (performance.now() - readyAt < ACKNOWLEDGES_WITHIN_MS) return;
    if (ledger.sent() - ledger.settled() > flushSeconds * SAMPLE_RATE)
      requests.add('finalize', ledger.sent());
  }

  function tick(): void {
    if (stage !== 'ready') return;
    if (hasAcknowledged && watch.isDead()) abandon();
    else sender.keepAlive();
  }

  /** Takes the connection for dead. */
  function abandon(): void {
    connection?.abandon();
    lose(NO_STATUS);
  }

  function lose(closeCode: number): void {
    disconnect();
    followVerdict(
      verdictOn(closeCode, {
        error: lastError,
        hasTickets: ticket !== undefined,
        attempt: backoff.attempt(),
      }),
    );
  }

  function missLink(answer: AddressAnswer): void {
    disconnect();
    followVerdict(verdictOnAnswer(answer, { attempt: backoff.attempt(), wasThere }));
  }

  function followVerdict(verdict: Verdict): void {
    if (isOver) return;
    if (isStopped && (verdict.kind !== 'retry' || session?.token === undefined)) loseRefinement();
    else if (verdict.kind === 'fail') fail(verdict.problem);
    else if (verdict.kind === 'new-session' && session) startAnew();
    else if (verdict.kind === 'retry') retryLater(verdict.reason, verdict.problem);
    else retryLater('connection-lost', describeProblem('connection_lost'));
  }

  /** Waits for somebody to log in. */
  function hold(): void {
    disconnect();
    if (isStopped) return loseRefinement();
    isHeld = true;
    listener.onProblem(describeProblem('unauthorized'));
    listener.onLink({
      kind: 'waiting',
      attempt: backoff.attempt(),
      retryAt: Infinity,
      reason: 'unauthorized',
    });
  }

  function retryLater(reason: Exclude<OutageReason, 'unauthorized'>, problem: Problem): void {
    // Once, and again where more is known by now.
    if (backoff.attempt() === 0 || (problem.code !== toldOf && !passing.has(problem.code))) {
      listener.onProblem(problem);
      toldOf = problem.code;
    }
    const wait = backoff.next();
    retryTimer = setTimeout(connect, wait);
    const retryAt = performance.now() + wait;
    listener.onLink({ kind: 'waiting', attempt: backoff.attempt(), retryAt, reason });
  }

  function loseRefinement(): void {
    end();
    listener.onWarning({
      code: 'refine_failed',
      message:
        'The connection ended before the recording was read again. Keep to the live text, which is complete.',
    });
  }

  /** The session is not to be had any more: another is opened. */
  function startAnew(): void {
    connection?.abandon();
    disconnect();
    session = undefined;
    connect();
  }

  function disconnect(): void {
    clearTimeout(handshakeTimer);
    sender.disconnect();
    connection = undefined;
    stage = 'configuring';
    backoff.disconnected();
  }

  function fail(problem: Problem): void {
    connection?.abandon();
    end();
    listener.onFailed(problem);
  }

  function end(): void {
    isOver = true;
    disconnect();
    clearTimeout(retryTimer);
    clearInterval(tickTimer);
    globalThis.removeEventListener?.('online', retryOnline);
  }

  function retryOnline(): void {
    if (retryTimer !== undefined) connect();
  }

  return {
    open: () => {
      globalThis.addEventListener?.('online', retryOnline);
      tickTimer = setInterval(tick, TICK_MS);
      connect();
    },
    onAudio: () => {
      flushIfMuchIsUnsettled();
      sender.send();
      // Timers of hidden pages come late; audio does not.
      tick();
    },
    finalize: () => {
      requests.add('finalize', buffer.end());
      sender.send();
    },
    stop: () => {
      requests.add('stop', buffer.end());
      sender.send();
    },
    retryNow: () => {
      if (isHeld || retryTimer !== undefined) connect();
    },
    waitingSeconds: () => {
      const there = hasAcknowledged ? ledger.received() : ledger.settled();
      return Math.max(0, buffer.end() - there) / SAMPLE_RATE;
    },
    lostSamples: () => lost,
    onDropped: (from, to) => {
      const there = hasAcknowledged ? ledger.received() : ledger.sent();
      const never = Math.max(0, to - Math.max(from, there));
      lost += never;
      droppedThere += to - from - never;
      if (!hasToldOfDrops) listener.onProblem(describeProblem('buffer_full'));
      hasToldOfDrops = true;
    },
    close: () => {
      const current = connection;
      end();
      current?.close();
    },
  };
}
