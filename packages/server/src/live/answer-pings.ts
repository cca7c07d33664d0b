import type { WebSocket } from 'ws';

/** The most unsent bytes with which pings are answered: thousands of answers. */
const MOST_WAITING = 65_536;

/**
 * Answers pings, as `ws` does by itself, but not while its answers pile up: whoever sends pings and reads
 * nothing would fill the memory with them. The answer to a later ping also answers earlier ones (RFC 6455,
 * section 5.5.3).
 */
export function answerPings(socket: WebSocket): void {
  socket.on('ping', (payload: Buffer) => {
    if (socket.readyState === socket.OPEN && socket.bufferedAmount < MOST_WAITING) socket.pong(payload);
  });
}
