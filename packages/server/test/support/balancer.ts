import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Passes connections on to one of several servers, as a load balancer in front of them does. */
export interface Balancer {
  readonly url: string;
}

/** Starts one for servers at these ports, which takes turns and leaves out who does not answer. Stopped when the test ends. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;

  const pass = (client: Socket, tries: number): void => {
    const port = ports[turn++ % ports.length] ?? 0;
    const server = connect(port, '127.0.0.1');
    sockets.add(server);
    server.once('connect', () => {
      server.off('error', next);
      server.on('error', () => client.destroy());
      server.once('close', () => client.destroy());
      client.once('close', () => server.destroy());
      client.pipe(server).pipe(client);
    });
    const next = (): void => {
      if (tries > 1) pass(client, tries - 1);
      else client.destroy();
    };
    server.once('error', next);
  };

  const listener = createServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    pass(client, ports.length);
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = listener.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}` };
}
