import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Requests of a connection that may wait for their answers. Hardly any client sends one before the last was answered; 64 KiB of
 * small ones, which come out of the parser all at once, would hold up everybody for 150 ms (bench `hostile-input`).
 */
const MOST_WAITING = 16;

/**
 * Ignores requests that are sent while too many others wait for answers: the connection is closed after the
 * answers to those before, and clients then repeat what was not answered (RFC 9112, section 9.3.2). To be
 * added before all other hooks.
 */
export function boundPipelining(app: FastifyInstance): void {
  const waiting = new WeakMap<Socket, number>();

  const answered = (socket: Socket, response: ServerResponse): void => {
    response.once('close', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
    });
  };

  app.addHook('onRequest', ({ raw: { socket } }, reply, next) => {
    const count = (waiting.get(socket) ?? 0) + 1;
    if (count > MOST_WAITING) {
      reply.hijack();
      return;
    }
    waiting.set(socket, count);
    answered(socket, reply.raw);
    if (count === MOST_WAITING) reply.raw.shouldKeepAlive = false;
    next();
  });
}
