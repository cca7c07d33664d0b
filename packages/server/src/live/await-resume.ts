import { parseClientMessage, type ResumeMessage } from '@auscult/protocol';
import type { WebSocket } from 'ws';

/** Time that a client has for its first message, milliseconds. */
const PATIENCE_MS = 10_000;

/** Several times what `resume` takes, bytes. */
const LONGEST = 4096;

/**
 * Waits for the first message of a connection that was opened to resume a session. `onFirst` gets it, or undefined
 * if it is another one or none comes; it is not called if the connection closes before.
 */
export function awaitResume(socket: WebSocket, onFirst: (request: ResumeMessage | undefined) => void): void {
  const settle = (request?: ResumeMessage): void => {
    stop();
    onFirst(request);
  };
  const onMessage = (frame: Buffer, isBinary: boolean): void => {
    const isOther = isBinary || frame.length > LONGEST;
    const parsed = isOther ? undefined : parseClientMessage(frame.toString());
    settle(parsed?.ok === true && parsed.message.type === 'resume' ? parsed.message : undefined);
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
