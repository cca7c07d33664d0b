import { createServer } from 'node:net';

/**
 * A port of loopback that nobody listens on. It is below the ports that systems give to outgoing connections: such a
 * connection might take it while a server that is started again is away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
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

const FIRST_PORT = 10_000;
const PORTS = 20_000;
