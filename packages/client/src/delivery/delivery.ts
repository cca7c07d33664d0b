import type { ConfigureMessage } from '@auscult/protocol';
import type { ServerUrls } from '../connection/server-url.js';
import type { TranscriberOptions, WebSocketConstructor } from '../transcriber-options.js';
import type { DeliveryListener } from './delivery-listener.js';
import type { Identification } from '../speakers/identification.js';
import { createCommandsToSend } from './commands-to-send.js';
import { createDialer } from './dialer.js';
import { carryOut } from './link-actions.js';
import { createLinkDriver } from './link-driver.js';
import type { LinkAction } from './link.js';
import { watchSurroundings } from './surroundings.js';
import { takeMessage } from './take-message.js';
import type { Transfer, TransferListener } from './transfer.js';

/** Brings audio to the server and text back, each exactly once, over as many connections and sessions as it takes. */
export interface Delivery {
  /** Starts to connect. */
  readonly open: () => void;
  /** More audio is in the buffer. */
  readonly onAudio: () => void;
  /** Ends the utterance at the present end of the audio. */
  readonly finalize: () => void;
  /** Sends what can go without audio, such as corrections. */
  readonly send: () => void;
  /** Asks for the finals of all audio; `onStopped` is called when they are here. */
  readonly stop: () => void;
  /** Has the server listen for these commands, in place of those before. */
  readonly listenForCommands: (commands: Commands) => void;
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

type Commands = NonNullable<TranscriberOptions['commands']>;

interface DeliveryOptions {
  readonly urls: ServerUrls;
  readonly WebSocket: WebSocketConstructor;
  readonly ticket: TranscriberOptions['ticket'];
  readonly configure: ConfigureMessage;
  readonly identification: Identification;
  /** Makes what brings audio to the server and takes text. */
  readonly openTransfer: (listener: TransferListener) => Transfer;
  readonly listener: DeliveryListener;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { ticket, identification, listener, openTransfer } = options;
  const commands = createCommandsToSend(options.configure);
  const transfer = openTransfer({
    ...listener,
    onStopped: (refines) => {
      link.dispatch({ kind: 'all-text' });
      listener.onStopped(refines);
    },
  });
  const dialer = createDialer({
    ...options,
    onEvent: (event) => link.dispatch(event),
    onMessage: (message) => {
      if (message.type === 'warning' && message.code === 'speakers_not_continued')
        identification.countAnew(link.isReady());
      takeMessage(message, link, transfer, listener);
    },
    onHungUp: transfer.interrupt,
  });
  const act = (action: LinkAction): void => {
    carryOut(action, { dialer, transfer, configure: commands.configure(), identification, listener });
    // The server may have lost the list with the connection.
    if (action.kind === 'deliver') commands.sendAgain(dialer.connection());
  };
  const link = createLinkDriver(ticket !== undefined, act, () => {
    dialer.hangUp();
    stopWatching();
    identification.end();
  });
  let stopWatching = (): void => undefined;

  function tick(): void {
    if (!link.isReady()) return;
    if (transfer.isDead()) dialer.abandon();
    else transfer.keepAlive();
  }

  return {
    open: () => {
      stopWatching = watchSurroundings(tick, () => link.dispatch({ kind: 'retry' }));
      link.dispatch({ kind: 'open' });
    },
    onAudio: () => {
      if (link.isReady()) transfer.onAudio();
      transfer.send();
      // Timers of hidden pages come late; audio does not.
      tick();
    },
    finalize: () => transfer.flush('finalize'),
    send: transfer.send,
    stop: () => transfer.flush('stop'),
    listenForCommands: (list) => {
      commands.replace(list, link.isReady() ? dialer.connection() : undefined);
    },
    retryNow: () => link.dispatch({ kind: 'retry-now' }),
    waitingSeconds: transfer.waitingSeconds,
    lostSamples: transfer.lostSamples,
    onDropped: transfer.drop,
    close: () => link.dispatch({ kind: 'close' }),
  };
}
