import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Requests of a connection that may wait for their answers. Hardly any client sends one before the last was
 * answered; 64 KiB of small ones would hold up everybody for 65 ms (bench `hostile-input`).
 */
const MOST_WAITING = 8;

/**
 * Pieces in which a body may come: each costs the same whatever its size, and 64 KiB of chunks of one byte would
 * hold up everybody for 40 ms (bench `hostile-input`). Clients that stream send hundreds of bytes at a time.
 */
const MOST_PIECES = { atFirst: 500, bytesForEachMore: 64 } as const;

/** The limit on pieces, for people. */
export const PIECES_LIMIT = `${MOST_PIECES.atFirst} chunks, and one more for each ${MOST_PIECES.bytesForEachMore} bytes`;

/** Unanswered requests of each connection. */
const waiting = new WeakMap<Socket, number>();

/** Why parsing stops before the end of what was read. */
class Stop extends Error {
  constructor(readonly reason: 'requests' | 'pieces') {
    super(`too many ${reason} at once`);
  }
}

/** A request that is bounded: Node's parser makes one for each, and gives it its body piece by piece. */
export class BoundedRequest extends IncomingMessage {
  #pieces = 0;
  #bytes = 0;

  constructor(socket: Socket) {
    super(socket);
    const count = (waiting.get(socket) ?? 0) + 1;
    if (count > MOST_WAITING) throw new Stop('requests');
    waiting.set(socket, count);
  }

  /** Bytes of its body that have come. */
  get bodyBytes(): number {
    return this.#bytes;
  }

  override push(piece: Buffer | null, encoding?: BufferEncoding): boolean {
    if (piece !== null) {
      this.#pieces += 1;
      this.#bytes += piece.length;
      const { atFirst, bytesForEachMore } = MOST_PIECES;
      if (this.#pieces > atFirst + this.#bytes / bytesForEachMore) throw new Stop('pieces');
    }
    return super.push(piece, encoding);
  }
}

/**
 * Bounds what one read from a connection can cost: Node parses up to 64 KiB of it at once, whatever has been answered
 * meanwhile, and only an exception ends that. The server must make `BoundedRequest`s.
 *
 * Requests that are sent while too many others wait for answers are ignored: the connection is closed after the
 * answers to those before, and clients then repeat what was not answered (RFC 9112, section 9.3.2). To be called
 * before any other hook is added.
 *
 * @param refuse answers a body in too many pieces, and closes the connection
 */
export function boundParsing(app: FastifyInstance, refuse: (socket: Socket) => void): void {
  for (const event of ['connection', 'secureConnection'])
    app.server.on(event, (socket: Socket) => {
      boundParsingOf(socket, refuse);
    });
  // Node would answer these by itself and go on, so that they would count as waiting for ever.
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, { connection: 'close' }).end();
  });
  app.addHook('onRequest', ({ raw: { socket } }, reply, next) => {
    reply.raw.once('close', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
    });
    if ((waiting.get(socket) ?? 0) >= MOST_WAITING) reply.raw.shouldKeepAlive = false;
    next();
  });
}

/** Puts a listener around Node's, which gives what was read to the parser. Node removes it as if it were its own. */
function boundParsingOf(socket: Socket, refuse: (socket: Socket) => void): void {
  const [parse] = socket.listeners('data') as ((read: Buffer) => void)[];
  // Of an encrypted connection, only what is decrypted is parsed.
  if (parse === undefined) return;
  const parseBounded = (read: Buffer): void => {
    try {
      parse(read);
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      socket.removeAllListeners('data').resume();
      if (error.reason === 'pieces') refuse(socket);
    }
  };
  socket.off('data', parse);
  socket.on('data', Object.assign(parseBounded, { listener: parse }));
}
