import type { WebSocket } from 'ws';

/** Pings in a row that may go unanswered. */
const MISSED_PINGS = 2;

/** Watches over a connection. */
export interface Heartbeat {
  /** Tells that the client was heard of. */
  readonly heard: () => void;
  readonly stop: () => void;
}

/**
 * Pings a client every `seconds` and calls `onDead` after two pings in a row without an answer, as it happens when
 * a machine is switched off or a network path breaks. While `isPaused` answers lie unread, so none is missed.
 */
export function startHeartbeat(
  socket: WebSocket,
  seconds: number,
  isPaused: () => boolean,
  onDead: () => void,
): Heartbeat {
  let missed = 0;
  const heard = () => {
    missed = 0;
  };
  const timer = setInterval(() => {
    if (isPaused()) missed = 0;
    if (missed >= MISSED_PINGS) {
      onDead();
      return;
    }
    missed += 1;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, seconds * 1000);
  socket.on('pong', heard);
  return {
    heard,
    stop: () => {
      clearInterval(timer);
    },
  };
}
