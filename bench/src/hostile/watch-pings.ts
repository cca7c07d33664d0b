import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { mainThreadSeconds } from '../server/main-thread.js';

/**
 * Pings repeatedly until the returned function is called, which returns the longest work before an answer,
 * milliseconds.
 */
export function watchPings(socket: WebSocket, pid: number): () => Promise<number> {
  const closed = once(socket, 'close');
  const over = new AbortController();
  let most = 0;
  const pinging = (async () => {
    while (!over.signal.aborted && socket.readyState === socket.OPEN) {
      const before = mainThreadSeconds(pid);
      socket.ping();
      await Promise.race([new Promise((resolve) => socket.once('pong', resolve)), closed]);
      most = Math.max(most, (mainThreadSeconds(pid) - before) * 1000);
    }
  })();
  return async () => {
    over.abort();
    await pinging;
    return most;
  };
}
