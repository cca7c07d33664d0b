import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { createSlices } from '../time-slices.js';

/** How much is handed to the socket at a time, characters. */
const CHUNK = 65_536;

/**
 * Writes the body of an answer in pieces, so that a long one keeps nobody waiting. It is not validated again,
 * since this server wrote what it contains.
 */
export function answerInPieces(
  reply: FastifyReply,
  mediaType: string,
  pieces: Iterable<string>,
): FastifyReply {
  const body = Readable.from(chunksOf(pieces), { objectMode: false });
  return reply.type(`${mediaType}; charset=utf-8`).send(body);
}

async function* chunksOf(pieces: Iterable<string>): AsyncGenerator<string> {
  // What came before has had the time of this one.
  await nextTurn();
  const sliceEnds = createSlices();
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length >= CHUNK) {
      yield chunk;
      chunk = '';
    }
    const pause = sliceEnds();
    if (pause !== undefined) await pause;
  }
  yield chunk;
}
