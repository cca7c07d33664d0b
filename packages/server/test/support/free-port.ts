import { createServer } from 'node:net';

/**
 * A port that nobody listens on. It is below the ports that systems give to outgoing connections: such a connection
 * might take it before a server does, or while the server is away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => {
        resolve(false);
      });
      probe.listen(port, '127.0.0.1', () => {
        resolve(true);
      });
    });
    probe.close();
    if (isFree) return port;
  }
}
