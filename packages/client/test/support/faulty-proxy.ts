import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP proxy on loopback that does to connections what networks do. It loses and reorders no byte of one that lives. */
export interface FaultyProxy {
  readonly port: number;
  /** Breaks all connections, without a close in either direction of the protocol above. */
  readonly cut: () => void;
  /** Lets nothing through for so long, milliseconds; what comes meanwhile waits. New connections wait, too. */
  readonly stall: (ms: number) => void;
  /** From now on lets at most so many bytes a second through, in each direction of a connection. */
  readonly throttle: (bytesPerSecond: number) => void;
  /** From now on everything comes so much later, milliseconds. */
  readonly delay: (ms: number) => void;
  /** Connections that are open. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** The weather that all connections of a proxy share. */
interface Weather {
  stalledUntil: number;
  bytesPerSecond: number;
  delayMs: number;
}

/** Bytes that wait in the proxy before it stops reading, so that a slow network is felt by who sends. */
const MAX_WAITING_BYTES = 32 * 1024;
/** Throttled bytes go out in portions of this length, milliseconds. */
const PORTION_MS = 20;

/** Forwards connections to `targetPort` of this machine, where a server may come and go. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  const weather: Weather = { stalledUntil: 0, bytesPerSecond: Infinity, delayMs: 0 };
  const sockets = new Set<Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      void forward(socket, other, weather);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stall: (ms) => {
      weather.stalledUntil = performance.now() + ms;
    },
    throttle: (bytesPerSecond) => {
      weather.bytesPerSecond = bytesPerSecond;
    },
    delay: (ms) => {
      weather.delayMs = ms;
    },
    connections: () => sockets.size / 2,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Carries what `from` sends to `to`, in order, as the weather allows. */
async function forward(from: Socket, to: Socket, weather: Weather): Promise<void> {
  const waiting: { readonly bytes: Buffer; readonly due: number }[] = [];
  let waitingBytes = 0;
  let wake = (): void => undefined;
  const gone = once(to, 'close');
  from.on('data', (bytes: Buffer) => {
    waiting.push({ bytes, due: performance.now() + weather.delayMs });
    waitingBytes += bytes.length;
    if (waitingBytes > MAX_WAITING_BYTES) from.pause();
    wake();
  });
  from.on('end', () => {
    // What came before the end goes first.
    waiting.push({ bytes: Buffer.alloc(0), due: performance.now() + weather.delayMs });
    wake();
  });
  while (!to.destroyed) {
    const next = waiting.shift();
    if (!next) {
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), gone]);
      continue;
    }
    await waitUntil(next.due);
    if (next.bytes.length === 0) {
      to.end();
      return;
    }
    await pour(next.bytes, to, weather, gone);
    waitingBytes -= next.bytes.length;
    if (waitingBytes <= MAX_WAITING_BYTES) from.resume();
  }
}

async function pour(bytes: Buffer, to: Socket, weather: Weather, gone: Promise<unknown>): Promise<void> {
  for (let at = 0; at < bytes.length && !to.destroyed;) {
    await waitUntil(weather.stalledUntil);
    const isThrottled = weather.bytesPerSecond !== Infinity;
    const portion = isThrottled ? Math.ceil((weather.bytesPerSecond * PORTION_MS) / 1000) : bytes.length;
    if (isThrottled) await sleep(PORTION_MS);
    if (!to.write(bytes.subarray(at, at + portion))) await Promise.race([drained(to), gone]);
    at += portion;
  }
}

async function waitUntil(time: number): Promise<void> {
  for (let left = time - performance.now(); left > 0; left = time - performance.now()) {
    await sleep(Math.min(left, 50));
  }
}

function drained(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('drain', resolve));
}
