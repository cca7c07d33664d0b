import { WebSocket } from 'ws';

/** WebSockets over a network that can be cut. */
export interface CuttableSockets {
  readonly webSocket: new (address: string) => WebSocket;
  /** Breaks all connections without a close frame, and lets nothing connect until `mend`. */
  readonly cut: () => void;
  readonly mend: () => void;
}

/** A separate network, initially not cut. */
export function cuttableSockets(): CuttableSockets {
  const open = new Set<WebSocket>();
  let isCut = false;
  const isNowCut = (): boolean => isCut;
  class CuttableSocket extends WebSocket {
    constructor(address: string) {
      super(address);
      open.add(this);
      this.on('error', () => undefined);
      this.on('close', () => open.delete(this));
      this.on('open', () => {
        if (isNowCut()) this.terminate();
      });
    }
  }
  return {
    webSocket: CuttableSocket,
    cut: () => {
      isCut = true;
      for (const socket of open) socket.terminate();
    },
    mend: () => {
      isCut = false;
    },
  };
}
