import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { pipeline, Transform, type TransformCallback } from 'node:stream';
import { setTimeout as elapsed } from 'node:timers/promises';

/** The network between two processes: connections to `port` are passed on, and can be disturbed. */
export interface Link {
  /** On loopback. */
  readonly port: number;
  /** Whether new connections are broken at once. */
  readonly isCut: () => boolean;
  /** Breaks all connections, and new ones until `mend`. */
  readonly cut: () => void;
  /** Passes nothing on until `mend`, while connections stay open. */
  readonly stall: () => void;
  /** Passes little on, late, until `mend`. */
  readonly slow: () => void;
  readonly mend: () => void;
  readonly close: () => void;
}

/** A link that is slow adds so much to each piece of data, and passes on so much a second. */
const SLOW_SECONDS = 0.15;
const SLOW_BYTES_PER_SECOND = 64_000;

/** Opens a link to a port of loopback, where nobody need listen yet. */
export async function openLink(target: number): Promise<Link> {
  const sockets = new Set<Socket>();
  let state: 'whole' | 'cut' | 'stalled' | 'slow' = 'whole';
  let mended = Promise.resolve();
  let release = (): void => undefined;

  /** Resolves once so many bytes may be passed on. */
  const pass = async (bytes: number): Promise<void> => {
    if (state === 'slow') await elapsed(1000 * (SLOW_SECONDS + bytes / SLOW_BYTES_PER_SECOND));
    await mended;
  };

  const server = createServer({ noDelay: true }, (client) => {
    keep(sockets, client);
    if (state === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    keep(sockets, upstream);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    pipeline(client, passing(pass), upstream, end);
    pipeline(upstream, passing(pass), client, end);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    port: (server.address() as AddressInfo).port,
    isCut: () => state === 'cut',
    cut: () => {
      state = 'cut';
      destroyAll();
    },
    stall: () => {
      state = 'stalled';
      mended = new Promise((resolve) => (release = resolve));
    },
    slow: () => {
      state = 'slow';
    },
    mend: () => {
      state = 'whole';
      release();
    },
    close: () => {
      release();
      destroyAll();
      server.close();
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
}

function passing(pass: (bytes: number) => Promise<void>): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done: TransformCallback) => {
      void pass(chunk.length).then(() => {
        done(undefined, chunk);
      });
    },
  });
}
