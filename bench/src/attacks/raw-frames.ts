import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A raw connection; its errors are part of the attack. */
export function rawConnection(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => undefined);
}

/** The head of a request for a WebSocket; unauthenticated without a key. */
export function upgradeRequest(key?: string): string {
  return [
    'GET /ws/transcribe HTTP/1.1',
    'host: 127.0.0.1',
    ...(key === undefined ? [] : [`authorization: Bearer ${key}`]),
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
}

/** Opcodes of RFC 6455, section 5.2. */
export const opcodes = { continuation: 0, text: 1, binary: 2, ping: 9 } as const;

/** A client's frame, masked with zeros. */
export function frame(opcode: number, payload: Buffer, isLast = true): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : 4);
  head[0] = (isLast ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (payload.length < 126 ? payload.length : 126);
  if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
