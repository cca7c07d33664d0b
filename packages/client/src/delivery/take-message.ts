import type { ServerMessage } from '@auscult/protocol';
import type { DeliveryListener } from './delivery-listener.js';
import type { LinkDriver } from './link-driver.js';
import type { Transfer } from './transfer.js';

/** Brings a message of the server to what it concerns: the link, the text or the listener. */
export function takeMessage(
  message: ServerMessage,
  link: LinkDriver,
  transfer: Transfer,
  listener: DeliveryListener,
): void {
  transfer.heard(message);
  switch (message.type) {
    case 'ready':
      return link.dispatch({ kind: 'ready', message });
    case 'resumed':
      return link.dispatch({ kind: 'resumed', receivedSamples: message.receivedSamples });
    case 'error':
      return link.dispatch({ kind: 'error', error: message });
    case 'warning':
      return listener.onWarning({ code: message.code, message: message.message });
    case 'connection':
      return;
    default:
      if (link.isReady()) transfer.takeText(message);
  }
}
