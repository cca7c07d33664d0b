import type { WebSocket } from 'ws';
import { expect, test } from 'vitest';
import { createInbox } from '../../src/live/inbox.js';

test('running work learns that another connection has taken over, and that the session is over', async () => {
  const inbox = createInbox((error) => {
    throw error;
  });
  inbox.connect(socket());
  const seen: boolean[] = [];
  const look = (turn: Promise<void>) => {
    inbox.run(async (superseded) => {
      seen.push(superseded());
      await turn;
      seen.push(superseded());
    });
  };
  const first = turnOf();
  look(first.promise);
  inbox.disconnect();
  inbox.connect(socket());
  first.end();
  await first.promise;
  await Promise.resolve();
  expect(seen).toEqual([false, true]);

  const second = turnOf();
  look(second.promise);
  inbox.disconnect();
  second.end();
  await second.promise;
  await Promise.resolve();
  expect(seen.slice(2)).toEqual([false, false]);

  const third = turnOf();
  look(third.promise);
  inbox.close();
  third.end();
  await third.promise;
  await Promise.resolve();
  expect(seen.slice(4)).toEqual([false, true]);
});

function turnOf() {
  let end = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end };
}

function socket(): WebSocket {
  return { isPaused: false, pause: () => undefined, resume: () => undefined } as unknown as WebSocket;
}
