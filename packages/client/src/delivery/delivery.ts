import type { ConfigureMessage, ServerMessage } from '@auscult/protocol';
import type { ServerUrls } from '../connection/server-url.js';
import type { TranscriberOptions, WebSocketConstructor } from '../transcriber-options.js';
import type { AudioBuffer } from './audio-buffer.js';
import type { DeliveryListener } from './delivery-listener.js';
import { createDialer } from './dialer.js';
import { createLinkActions } from './link-actions.js';
import { createLink, step, type LinkEvent } from './link.js';
import { createTransfer } from './transfer.js';

/** Brings audio to the server and text back, each exactly once, over as many connections and sessions as it takes. */
export interface Delivery {
  /** Starts to connect. */
  readonly open: () => void;
  /** More audio is in the buffer. */
  readonly onAudio: () => void;
  /** Ends the utterance at the present end of the audio. */
  readonly finalize: () => void;
  /** Asks for the finals of all audio; `onStopped` is called when they are here. */
  readonly stop: () => void;
  /** Connects at once, instead of later or after a login. */
  readonly retryNow: () => void;
  /** Seconds of audio that the server is not known to have. */
  readonly waitingSeconds: () => number;
  /** Samples that will never be transcribed. */
  readonly lostSamples: () => number;
  /** Audio was dropped from the buffer, from one sample to another. */
  readonly onDropped: (from: number, to: number) => void;
  /** Ends, and lets the server forget the session. */
  readonly close: () => void;
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

/** Elsewhere than in a browser nothing tells that the network is back. */
const surroundings: Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> = globalThis;

const TICK_MS = 1000;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { ticket, configure, listener } = options;
  const transfer = createTransfer({
    ...options,
    listener: {
      ...listener,
      onStopped: (refines) => {
        dispatch({ kind: 'all-text' });
        listener.onStopped(refines);
      },
    },
  });
  const dialer = createDialer({
    ...options,
    onEvent: dispatch,
    onMessage: take,
    onHungUp: transfer.interrupt,
  });
  const act = createLinkActions({ dialer, transfer, configure, listener });
  let link = createLink(ticket !== undefined);
  let tickTimer: ReturnType<typeof setInterval> | undefined;

  function dispatch(event: LinkEvent): void {
    const { link: next, actions } = step(link, event);
    link = next;
    for (const action of actions) {
      act(action);
      // A listener has closed it, or tries at once, so the rest no longer applies.
      if (link !== next) break;
    }
    if (link.phase.kind === 'over') end();
  }

  function take(message: ServerMessage): void {
    transfer.heard(message);
    switch (message.type) {
      case 'ready':
        return dispatch({ kind: 'ready', message });
      case 'resumed':
        return dispatch({ kind: 'resumed', receivedSamples: message.receivedSamples });
      case 'error':
        return dispatch({ kind: 'error', error: message });
      case 'warning':
        return listener.onWarning({ code: message.code, message: message.message });
      case 'connection':
        return;
      default:
        if (link.phase.kind === 'ready') transfer.takeText(message);
    }
  }

  function tick(): void {
    if (link.phase.kind !== 'ready') return;
    if (transfer.isDead()) dialer.abandon();
    else transfer.keepAlive();
  }

  function retry(): void {
    dispatch({ kind: 'retry' });
  }

  function end(): void {
    dialer.hangUp();
    clearInterval(tickTimer);
    surroundings.removeEventListener?.('online', retry);
  }

  return {
    open: () => {
      surroundings.addEventListener?.('online', retry);
      tickTimer = setInterval(tick, TICK_MS);
      dispatch({ kind: 'open' });
    },
    onAudio: () => {
      if (link.phase.kind === 'ready') transfer.onAudio();
      transfer.send();
      // Timers of hidden pages come late; audio does not.
      tick();
    },
    finalize: () => {
      transfer.flush('finalize');
    },
    stop: () => {
      transfer.flush('stop');
    },
    retryNow: () => {
      dispatch({ kind: 'retry-now' });
    },
    waitingSeconds: transfer.waitingSeconds,
    lostSamples: transfer.lostSamples,
    onDropped: transfer.drop,
    close: () => {
      dispatch({ kind: 'close' });
    },
  };
}
