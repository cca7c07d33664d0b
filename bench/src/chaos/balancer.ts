import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Link } from './link.js';

/** What stands in front of the servers. */
export interface Balancer {
  /** On loopback. */
  readonly port: number;
  readonly close: () => void;
}

/** Passes connections on over these links in turn. As load balancers do, it leaves out those over which nobody answers. */
export async function openBalancer(links: readonly Link[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;

  const pass = (client: Socket, tries: number): void => {
    const link = links[turn++ % links.length];
    if (link === undefined || tries === 0 || client.destroyed) {
      client.destroy();
      return;
    }
    if (link.isCut()) {
      pass(client, tries - 1);
      return;
    }
    const server = connect({ port: link.port, host: '127.0.0.1', noDelay: true });
    sockets.add(server);
    server.on('error', () => client.destroy());
    server.once('close', () => {
      sockets.delete(server);
      client.destroy();
    });
    client.once('close', () => server.destroy());
    client.pipe(server).pipe(client);
  };

  const listener = createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    pass(client, links.length);
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (listener.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  };
}
