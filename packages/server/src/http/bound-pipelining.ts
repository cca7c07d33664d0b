import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Requests of a connection that may wait for their answers. Hardly any client sends one before the last was answered; 64 KiB of
 * small ones, which come out of the parser all at once, would hold up everybody for 150 ms (bench `hostile-input`).
 */
const MOST_WAITING = 16;

/**
 * Leaves requests alone that are sent ahead of too many answers: the connection is closed behind the answers to those before, after
 * which clients send again what was not answered (RFC 9112, section 9.3.2). To be added before all other hooks.
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
