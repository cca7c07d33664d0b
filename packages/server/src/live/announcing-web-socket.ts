import type { Duplex, Writable } from 'node:stream';
import { closeTable } from '@auscult/protocol';
import { WebSocket } from 'ws';

/** Emitted before a connection is closed because a message exceeded `maxPayload`. */
export const FRAME_TOO_LARGE = 'frame-too-large';

/** What `ws` calls and keeps, but does not declare. */
interface Undeclared {
  setSocket(socket: Duplex, head: Buffer, options: object): void;
  readonly _receiver: Writable;
}

/**
 * A WebSocket that announces a message over `maxPayload` while an answer can still be sent; `ws` by itself emits its
 * error when the close frame has already been sent. Nor does it read behind a broken frame.
 */
export class AnnouncingWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (code === closeTable.frame_too_large.code) this.emit(FRAME_TOO_LARGE);
    super.close(code, reason);
  }

  /** Called by `ws` after the handshake, before anything is read. */
  setSocket(socket: Duplex, head: Buffer, options: object): void {
    (WebSocket.prototype as unknown as Undeclared).setSocket.call(this, socket, head, options);
    stopAtError((this as unknown as Undeclared)._receiver);
  }
}

/**
 * Drops what is still waiting behind a broken frame. `ws` reads on with what is left of its state, and throws where nobody
 * catches it: then any client could end the process with a text that is no UTF-8 between others.
 */
function stopAtError(receiver: Writable): void {
  const write = receiver._write.bind(receiver);
  receiver._write = (chunk, encoding, done) => {
    if (receiver.errored === null) write(chunk, encoding, done);
    else done();
  };
}
