import type { WebSocket } from 'ws';

/** Pings in a row that may go unanswered. */
const MISSED_PINGS = 2;

/** Watches over a connection. */
export interface Heartbeat {
  /** Notes a sign of life from the client. */
  readonly heard: () => void;
  readonly stop: () => void;
}

/** What a heartbeat asks and reports. */
export interface HeartbeatListener {
  /** Whether reading is paused: answers are then not read either, so none counts as missed. */
  readonly isPaused: () => boolean;
  /** The mark that a ping carries: how much was sent before it. */
  readonly mark: () => number;
  /** The client has received all that was sent before the ping with this mark. */
  readonly onReceived: (mark: number) => void;
  /** Two pings in a row went unanswered. */
  readonly onDead: () => void;
}

/**
 * Pings a client every `seconds`, and reports two pings in a row without an answer, as when a machine is switched off
 * or a network path breaks. A WebSocket keeps its order, so an answer also tells what has arrived.
 */
export function startHeartbeat(
  socket: WebSocket,
  seconds: number,
  { isPaused, mark, onReceived, onDead }: HeartbeatListener,
): Heartbeat {
  let missed = 0;
  const heard = (): void => {
    missed = 0;
  };
  const onPong = (payload: Buffer): void => {
    heard();
    const received = Number(payload.toString());
    if (Number.isSafeInteger(received)) onReceived(received);
  };
  const timer = setInterval(() => {
    if (isPaused()) missed = 0;
    if (missed >= MISSED_PINGS) {
      onDead();
      return;
    }
    missed += 1;
    if (socket.readyState === socket.OPEN) socket.ping(String(mark()));
  }, seconds * 1000);
  socket.on('pong', onPong);
  return {
    heard,
    stop: () => {
      clearInterval(timer);
      socket.off('pong', onPong);
    },
  };
}
