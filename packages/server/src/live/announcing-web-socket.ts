import { closeTable } from '@auscult/protocol';
import { WebSocket } from 'ws';

/** Emitted before a connection is closed because a message exceeded `maxPayload`. */
export const FRAME_TOO_LARGE = 'frame-too-large';

/**
 * A WebSocket that announces a message over `maxPayload` while an answer can still be sent; `ws` by itself emits its
 * error when the close frame has already been sent.
 */
export class AnnouncingWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (code === closeTable.frame_too_large.code) this.emit(FRAME_TOO_LARGE);
    super.close(code, reason);
  }
}
