import type { Readable, Writable } from 'node:stream';
import { createFrameReader, encodeFrame } from './frames.js';
import { ANSWER } from './messages.js';

/** What a decoder has in place of files, processes and a network. */
export interface ServerLink {
  /** Resolves with the answer. Never rejects: without a server there is no decoder. */
  ask(type: number, payload?: Uint8Array): Promise<Buffer>;
  /** Sends a message that is not answered. */
  tell(type: number, payload: Uint8Array): void;
}

/** Opens a link over two pipes; `onEnd` is called when the server is gone. */
export function openServerLink(input: Readable, output: Writable, onEnd: () => void): ServerLink {
  const waiting = new Map<number, (answer: Buffer) => void>();
  const readFrames = createFrameReader();
  let questions = 0;
  input.on('data', (bytes: Buffer) => {
    for (const { id, type, payload } of readFrames(bytes)) {
      if (type !== ANSWER) continue;
      waiting.get(id)?.(payload);
      waiting.delete(id);
    }
  });
  input.once('close', onEnd);
  output.on('error', onEnd);

  const write = (id: number, type: number, payload: Uint8Array): void => {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    for (const part of encodeFrame({ id, type, payload: bytes })) output.write(part);
  };
  return {
    ask(type, payload = new Uint8Array(0)) {
      const id = ++questions;
      const answer = new Promise<Buffer>((resolve) => waiting.set(id, resolve));
      write(id, type, payload);
      return answer;
    },
    tell(type, payload) {
      write(++questions, type, payload);
    },
  };
}

/** A message as JSON. */
export function payloadOf(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}
