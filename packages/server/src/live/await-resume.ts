import type { WebSocket } from 'ws';
import type { ResumeRequest } from './commands.js';
import type { ResumeWish } from './dialect.js';

/** How long a client has for its first frame, milliseconds. */
const PATIENCE_MS = 10_000;

/** The longest first frame, bytes: several times as long as a request to resume. */
const LONGEST = 4096;

/**
 * Waits for the first frame of a connection that was opened to resume a session. `onFirst` gets the request in it, or
 * undefined if it holds none or does not come; it is not called if the connection closes before.
 */
export function awaitResume(
  socket: WebSocket,
  read: ResumeWish['read'],
  onFirst: (request: ResumeRequest | undefined) => void,
): void {
  const settle = (request?: ResumeRequest): void => {
    stop();
    onFirst(request);
  };
  const onMessage = (frame: Buffer, isBinary: boolean): void => {
    settle(frame.length > LONGEST ? undefined : read(frame, isBinary));
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
