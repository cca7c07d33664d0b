import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as elapsed } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createTally, inLanes, type Attack, type Victim } from './attack.js';
import { frame, opcodes, rawConnection, upgradeRequest } from './raw-frames.js';

/** Opens `count` connections, writes `first` to each, then `again` every `everyMs` until told to stop. */
function connections(
  count: number,
  { first, again, everyMs }: { first: (victim: Victim) => string; again?: Buffer; everyMs?: number },
): Attack {
  return async (victim) => {
    const tally = createTally();
    const open = Array.from({ length: count }, () => {
      const connection = rawConnection(victim.port).on('close', () => {
        tally.add('closed');
      });
      connection.resume().write(first(victim));
      return connection;
    });
    while (victim.goesOn()) {
      for (const connection of open) {
        if (again !== undefined && connection.writable && connection.writableLength < MOST_WAITING)
          connection.write(again);
      }
      await elapsed(everyMs ?? 500);
    }
    for (const connection of open) connection.destroy();
    return { opened: count, ...tally.account() };
  };
}

/** Bytes buffered in the attacker at which it pauses sending. */
const MOST_WAITING = 1_000_000;

/** Connections that send half a head and nothing more. */
export const halfOpen = connections(500, { first: () => 'GET /health HTTP/1.1\r\nhost: 127' });

/** Heads that never end, sent at a byte a second. */
export const slowLoris = connections(200, {
  first: () => 'GET /health HTTP/1.1\r\nhost: localhost\r\nx: ',
  again: Buffer.from('a'),
  everyMs: 1000,
});

/** Unauthenticated sockets that stay open. */
export const unauthenticated = connections(500, { first: () => upgradeRequest() });

/** One message in one-byte fragments, on twenty sockets. */
export const fragments = connections(20, {
  first: ({ key }) => upgradeRequest(key),
  again: Buffer.concat(
    Array.from({ length: 2000 }, () => frame(opcodes.continuation, Buffer.from('a'), false)),
  ),
  everyMs: 20,
});

/** Pings as fast as possible. */
export const pings = connections(4, {
  first: ({ key }) => upgradeRequest(key),
  again: Buffer.concat(Array.from({ length: 2000 }, () => frame(opcodes.ping, Buffer.alloc(1)))),
  everyMs: 10,
});

/** Clients that provoke endless errors and answers, and read none of them. */
export const neverReading: Attack = async (victim) => {
  const tally = createTally();
  const asked = ['{"type":"nope"}', '{"type":"stop"}'].map((text) => frame(opcodes.text, Buffer.from(text)));
  const many = Buffer.concat(Array.from({ length: 100 }, () => Buffer.concat(asked)));
  await inLanes(4, victim.goesOn, async () => {
    const connection = rawConnection(victim.port);
    connection.write(upgradeRequest(victim.key));
    connection.pause();
    while (victim.goesOn() && connection.writable) {
      if (connection.writableLength < MOST_WAITING) connection.write(many);
      await elapsed(20);
    }
    tally.add('connections');
    await ended(connection);
  });
  return tally.account();
};

async function ended(connection: Socket): Promise<void> {
  connection.destroy();
  if (!connection.closed) await once(connection, 'close');
}

/** Sessions that are opened and left again as fast as possible. */
export const connectAndGo: Attack = async (victim) => {
  const tally = createTally();
  await inLanes(8, victim.goesOn, async () => {
    const socket = new WebSocket(victim.url, 'auscult.v1', {
      headers: { authorization: `Bearer ${victim.key}` },
    });
    socket.on('error', () => {
      tally.add('refused');
    });
    socket.once('open', () => {
      tally.add('sessions');
      socket.terminate();
    });
    await once(socket, 'close');
  });
  return tally.account();
};
