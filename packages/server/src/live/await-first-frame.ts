import type { WebSocket } from 'ws';
import type { FirstFrame } from './dialect.js';

/** How long a client has for its first frame, milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Waits for the first frame of a connection that has no session of its own. `onFirst` gets it, or undefined if it is longer
 * than `longest` bytes or does not come; it is not called if the connection closes before.
 */
export function awaitFirstFrame(
  socket: WebSocket,
  longest: number,
  onFirst: (first: FirstFrame | undefined) => void,
): void {
  const settle = (first?: FirstFrame): void => {
    stop();
    onFirst(first);
  };
  const onMessage = (frame: Buffer, isBinary: boolean): void => {
    settle(frame.length > longest ? undefined : { frame, isBinary });
  };
  const patience = setTimeout(settle, PATIENCE_MS);
  const stop = (): void => {
    clearTimeout(patience);
    socket.off('message', onMessage);
    socket.off('close', stop);
  };
  socket.on('message', onMessage);
  socket.on('close', stop);
}
