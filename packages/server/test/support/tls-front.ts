import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { createServerPair } from './certificates.js';

/** A way to a server over TLS, for clients that speak nothing else. */
export interface TlsFront {
  /** Such as `https://localhost:40123`. */
  readonly url: string;
  /** The certificate to trust, as PEM. */
  readonly ca: string;
}

/** Passes everything on to the server at `url` until the test ends. */
export async function startTlsFront(url: string): Promise<TlsFront> {
  const { cert, key } = await createServerPair();
  const { hostname, port } = new URL(url);
  const server = createServer({ cert, key }, (outside) => {
    const inside = connect(Number(port), hostname);
    outside.pipe(inside).pipe(outside);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.on('close', () => inside.destroy());
    inside.on('close', () => outside.destroy());
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, ca: cert };
}
