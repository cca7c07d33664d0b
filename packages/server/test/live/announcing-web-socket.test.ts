import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { AnnouncingWebSocket } from '../../src/live/announcing-web-socket.js';

/** As `ws` constructs the sockets of a server, which its types do not tell. */
type ServerSocket = new (address: null, protocols: undefined, options: object) => AnnouncingWebSocket;

test('what waits behind a broken frame is not read, and throws nothing', async () => {
  const raw = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const socket = new (AnnouncingWebSocket as unknown as ServerSocket)(null, undefined, {});
  const texts: string[] = [];
  socket.on('message', (frame: Buffer) => texts.push(frame.toString()));
  socket.setSocket(raw, Buffer.alloc(0), { allowSynchronousEvents: false, maxPayload: 1024 });
  // Each is a chunk of its own, and the first message is read in a turn of its own.
  for (const text of ['before', Buffer.from([0xff, 0xff]), 'behind', 'behind it']) raw.push(textFrame(text));
  const [error] = (await once(socket, 'error')) as [{ readonly code: string }];
  expect(error.code).toBe('WS_ERR_INVALID_UTF8');
  expect(texts).toEqual(['before']);
});

/** RFC 6455 §5.2: a short text in one frame of a client. */
function textFrame(text: string | Buffer): Buffer {
  const payload = Buffer.from(text as string);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), MASK, masked(payload)]);
}

const MASK = Buffer.from([1, 2, 3, 4]);

function masked(payload: Buffer): Buffer {
  return Buffer.from(payload.map((byte, at) => byte ^ (MASK[at % MASK.length] ?? 0)));
}
