import type { ConfigureMessage, ResumeMessage, ServerMessage } from '@auscult/protocol';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { createBackoff } from '../connection/backoff.js';
import { NO_STATUS, openConnection, type Connection } from '../connection/connection.js';
import type { ServerUrls } from '../connection/server-url.js';
import { describeProblem, type Problem } from '../problem.js';
import type { TranscriberOptions, WebSocketConstructor } from '../transcriber-options.js';
import type { TranscriberState } from '../transcriber-state.js';
import type { AudioBuffer } from './audio-buffer.js';
import { createAudioSender } from './audio-sender.js';
import { createFlushRequests } from './flush-requests.js';
import { createLedger } from './ledger.js';
import { createLink, step, type LinkAction, type LinkEvent } from './link.js';
import { createLiveness } from './liveness.js';
import { createLosses } from './losses.js';
import { createTextIntake, type TextListener } from './text-intake.js';

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
export type Connectedness =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'waiting';
      readonly attempt: number;
      readonly retryAt: number;
      readonly reason: OutageReason;
    };

/** What a delivery tells. */
export interface DeliveryListener extends TextListener {
  readonly onConnectedness: (connectedness: Connectedness) => void;
  /** Some audio need not be kept any more. */
  readonly onSettled: () => void;
  readonly onWarning: (warning: { code: string; message: string }) => void;
  readonly onProblem: (problem: Problem) => void;
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
/** Tries before the address of a server that was there once is asked what stands in its place. */
const PATIENT_ATTEMPTS = 3;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { urls, WebSocket, ticket, configure, channels, flushSeconds, buffer, listener } = options;
  const ledger = createLedger(channels);
  const requests = createFlushRequests();
  const sender = createAudioSender({ buffer, ledger, requests, channels });
  const liveness = createLiveness({ ledger, requests, flushSeconds });
  const losses = createLosses();
  const backoff = createBackoff();
  const text = createTextIntake({
    ledger,
    requests,
    channels,
    listener: {
      ...listener,
      onStopped: (refines) => {
        dispatch({ kind: 'all-text' });
        listener.onStopped(refines);
      },
    },
  });
  let link = createLink(ticket !== undefined);
  let connection: Connection | undefined;
  /** Of the handshake, or of the pause before the next try. */
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tickTimer: ReturnType<typeof setInterval> | undefined;
  let hasToldOfDrops = false;

  function dispatch(event: LinkEvent): void {
    const { link: next, actions } = step(link, event);
    link = next;
    for (const action of actions) {
      act(action);
      // Whoever was told has closed it, or tries at once: the rest is of no use any more.
      if (link !== next) break;
    }
    if (link.phase.kind === 'over') end();
  }

  function act(action: LinkAction): void {
    switch (action.kind) {
      case 'connect':
        return connect(action);
      case 'send-configure':
        return connection?.send(configure);
      case 'send-resume':
        return connection?.send(resumeMessage(action));
      case 'deliver':
        return deliver(action);
      case 'abandon':
        return connection?.abandon();
      case 'close':
        return connection?.close();
      case 'wait':
        return wait(action.reason);
      case 'hold':
        return tellWaiting('unauthorized', Infinity);
      case 'tell':
        return listener.onProblem(action.problem);
      case 'fail':
        return listener.onFailed(action.problem);
      case 'lose-refinement':
        return listener.onWarning(refinementLost);
    }
  }

  function connect({ asksFor, wasThere }: Extract<LinkAction, { kind: 'connect' }>): void {
    disconnect();
    listener.onConnectedness({ kind: 'connecting' });
    startTimer(HANDSHAKE_MS, abandon);
    connection = openConnection(
      {
        WebSocket,
        url: asksFor === 'old-session' ? urls.resume : urls.fresh,
        ticket,
        // A server that has been there is waited for in any case: what stands in its place can be asked later.
        asks: !wasThere || backoff.attempt() > PATIENT_ATTEMPTS,
      },
      {
        onOpen: () => {
          dispatch({ kind: 'opened' });
        },
        onMessage: take,
        onClose: lose,
        onUnopened: (answer) => {
          disconnect();
          dispatch({ kind: 'unopened', answer, attempt: backoff.attempt() });
        },
        onUnauthorized: () => {
          disconnect();
          dispatch({ kind: 'unauthorized' });
        },
        onBarred: () => {
          dispatch({ kind: 'barred' });
        },
      },
    );
  }

  function resumeMessage({ sessionId, token }: Extract<LinkAction, { kind: 'send-resume' }>): ResumeMessage {
    return { type: 'resume', sessionId, token, next: [...ledger.next()] };
  }

  function deliver({ session, receivedSamples }: Extract<LinkAction, { kind: 'deliver' }>): void {
    clearTimeout(timer);
    if (receivedSamples === undefined) beginSession();
    else ledger.resume(receivedSamples);
    requests.forgetSent();
    hasToldOfDrops = false;
    liveness.begin();
    backoff.connected();
    listener.onConnectedness({ kind: 'connected' });
    if (connection) sender.connect(connection, session.maxFrameBytes);
  }

  function beginSession(): void {
    losses.loseSession();
    const base = Math.max(ledger.settled(), buffer.begin());
    ledger.beginSession(base);
    requests.beginSession(base);
  }

  function take(message: ServerMessage): void {
    liveness.heard();
    switch (message.type) {
      case 'ready':
        return dispatch({ kind: 'ready', message });
      case 'resumed':
        return dispatch({ kind: 'resumed', receivedSamples: message.receivedSamples });
      case 'error':
        if (message.code === 'audio_lost') losses.addUnrecognised(message.start, message.end);
        return dispatch({ kind: 'error', error: message });
      case 'warning':
        return listener.onWarning({ code: message.code, message: message.message });
      case 'connection':
        return;
      default:
        if (link.phase.kind !== 'ready') return;
        text.take(message);
        release();
    }
  }

  function release(): void {
    const settled = ledger.settled();
    if (settled >= buffer.begin()) losses.settleDropped();
    buffer.release(settled);
    listener.onSettled();
  }

  function tick(): void {
    if (link.phase.kind !== 'ready') return;
    if (liveness.isDead()) abandon();
    else sender.keepAlive();
  }

  /** Takes the connection for dead. */
  function abandon(): void {
    connection?.abandon();
    lose(NO_STATUS);
  }

  function lose(closeCode: number): void {
    disconnect();
    dispatch({ kind: 'ended', closeCode, attempt: backoff.attempt() });
  }

  function wait(reason: OutageReason): void {
    const pause = backoff.next();
    startTimer(pause, retry);
    tellWaiting(reason, performance.now() + pause);
  }

  function tellWaiting(reason: OutageReason, retryAt: number): void {
    listener.onConnectedness({ kind: 'waiting', attempt: backoff.attempt(), retryAt, reason });
  }

  function retry(): void {
    dispatch({ kind: 'retry' });
  }

  function startTimer(milliseconds: number, whenOver: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(whenOver, milliseconds);
  }

  /** Forgets the connection. */
  function disconnect(): void {
    clearTimeout(timer);
    sender.disconnect();
    connection = undefined;
    backoff.disconnected();
  }

  function end(): void {
    disconnect();
    clearInterval(tickTimer);
    globalThis.removeEventListener?.('online', retry);
  }

  return {
    open: () => {
      globalThis.addEventListener?.('online', retry);
      tickTimer = setInterval(tick, TICK_MS);
      dispatch({ kind: 'open' });
    },
    onAudio: () => {
      if (link.phase.kind === 'ready') liveness.flushIfMuchIsUnsettled();
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
      dispatch({ kind: 'retry-now' });
    },
    waitingSeconds: () => {
      const there = ledger.isAcknowledged() ? ledger.received() : ledger.settled();
      return Math.max(0, buffer.end() - there) / SAMPLE_RATE;
    },
    lostSamples: losses.samples,
    onDropped: (from, to) => {
      losses.addDropped(from, to, ledger.isAcknowledged() ? ledger.received() : ledger.sent());
      if (!hasToldOfDrops) listener.onProblem(describeProblem('buffer_full'));
      hasToldOfDrops = true;
    },
    close: () => {
      dispatch({ kind: 'close' });
    },
  };
}

const refinementLost = {
  code: 'refine_failed',
  message:
    'The connection ended before the recording was read again. Keep to the live text, which is complete.',
};
