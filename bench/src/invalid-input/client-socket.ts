import { WebSocket } from 'ws';

/**
 * How a connection ended: the code and reason of a close frame, or the status that refused the handshake. Without a frame, the
 * code is 1006, and the reason is what happened to the connection.
 */
export interface Ended {
  readonly how: 'closed' | 'refused';
  readonly code: number;
  readonly reason: string;
}

/** A connection to the server, for one input after another. */
export interface ClientSocket {
  /** Sends frames, texts as they are and not as they should be. */
  readonly send: (frame: Buffer | string, isBinary?: boolean) => void;
  /**
   * Resolves with the first message, of those that come from now on, that `isAnswer`; or with how the connection ended
   * before that; or with `nothing` if neither happens within five minutes.
   */
  readonly answer: (isAnswer: (message: Message) => boolean) => Promise<Message | Ended | 'nothing'>;
  readonly close: () => void;
}

/** A JSON message of the server. */
export type Message = Readonly<Record<string, unknown>>;

/** Where to connect to, and what to show. */
export interface SocketAddress {
  readonly url: string;
  readonly key: string;
  readonly subprotocol?: string;
}

/** Whether an answer is how the connection ended. */
export function hasEnded(answer: Message | Ended): answer is Ended {
  return 'how' in answer && (answer.how === 'closed' || answer.how === 'refused');
}

/** Connects; what becomes of the handshake is told by the first `answer`. */
export function connect({ url, key, subprotocol }: SocketAddress): ClientSocket {
  const socket = new WebSocket(url, subprotocol === undefined ? [] : [subprotocol], {
    headers: { authorization: `Bearer ${key}` },
    perMessageDeflate: false,
  });
  const unsent: (() => void)[] = [];
  let ended: Ended | undefined;
  let take: (what: Message | Ended) => void = () => undefined;
  const end = (how: Ended): void => {
    ended ??= how;
    take(ended);
  };
  socket.on('open', () => {
    for (const send of unsent.splice(0)) send();
  });
  socket.on('message', (raw: Buffer) => {
    take(JSON.parse(raw.toString()) as Message);
  });
  socket.on('unexpected-response', (request, response) => {
    response.resume();
    request.destroy();
    end({ how: 'refused', code: response.statusCode ?? 0, reason: '' });
  });
  let failure = '';
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code ?? error.name;
  });
  socket.on('close', (code, reason) => {
    end({ how: 'closed', code, reason: reason.toString() || failure });
  });
  return {
    send: (frame, isBinary = false) => {
      const sendNow = (): void => {
        socket.send(frame, { binary: isBinary });
      };
      if (socket.readyState === WebSocket.CONNECTING) unsent.push(sendNow);
      else if (socket.readyState === WebSocket.OPEN) sendNow();
    },
    answer: (isAnswer) =>
      new Promise((resolve) => {
        const done = (what: Message | Ended | 'nothing'): void => {
          clearTimeout(timer);
          take = () => undefined;
          resolve(what);
        };
        const timer = setTimeout(done, PATIENCE_MS, 'nothing');
        take = (what) => {
          if (hasEnded(what) || isAnswer(what)) done(what);
        };
        if (ended !== undefined) done(ended);
      }),
    close: () => {
      socket.close(1000);
    },
  };
}

/** Far longer than a working server takes, also on a machine that has much else to do. */
export const PATIENCE_MS = 300_000;
