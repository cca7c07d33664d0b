import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Starts a reverse proxy that serves `target` under a path, such as `/scribe`. Returns its address with that path. */
export async function startPrefixProxy(
  target: string,
  prefix: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const pathOf = ({ url = '' }: IncomingMessage): string | undefined =>
    url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : undefined;
  const proxy = createServer((incoming, outgoing) => {
    const path = pathOf(incoming);
    if (path === undefined) {
      outgoing.writeHead(404).end('nothing here');
      return;
    }
    const options = {
      hostname,
      port,
      path,
      method: incoming.method,
      headers: { ...incoming.headers, ...headers },
    };
    const upstream = forward(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  proxy.on('connection', (socket: Socket) => sockets.add(socket));
  proxy.on('upgrade', (incoming, socket, head) => {
    socket.on('error', () => undefined);
    const path = pathOf(incoming);
    if (path === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const upstream = connect(Number(port), hostname, () => {
      const lines = Object.entries({ ...incoming.headers, ...headers }).map(
        ([name, value]) => `${name}: ${String(value)}\r\n`,
      );
      upstream.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`;
}
