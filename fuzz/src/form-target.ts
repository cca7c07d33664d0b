import multipart from '@fastify/multipart';
import { once } from 'node:events';
import { Agent, request as post, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastify, type FastifyRequest } from 'fastify';
import type { UploadLimits } from '../../packages/server/dist/http/watch-upload.js';
import { createSealedFile } from '../../packages/server/dist/storage/sealed-file.js';
import { scratchFolder } from './scratch.js';
import { BrokenProperty, mustHold, type FuzzTarget } from './target.js';

/** What was received of a form. */
interface ReceivedForm {
  readonly file: { readonly size: number; readonly remove: () => Promise<void> };
  readonly keyTerms: { readonly count: number };
}

/** Forms with recordings, received by a server. The first line of an input is the boundary, the rest is the body. */
export function formTarget(
  receive: (request: FastifyRequest, limits: UploadLimits) => Promise<ReceivedForm>,
): FuzzTarget {
  return {
    longest: 8_192,
    allowed: { ms: 60, msPerKiB: 5 },
    share: 0.05,
    prepare: async () => {
      const app = fastify({ logger: false, bodyLimit: 65_536 });
      await app.register(multipart);
      const limits = {
        createFile: () => createSealedFile(scratchFolder()),
        maxBytes: MOST_BYTES,
        idleSeconds: 60,
        signal: new AbortController().signal,
        place: { taken: new AbortController().signal, received: () => undefined },
      };
      let failure: unknown;
      app.post('/', async (request, reply) => {
        try {
          const { file, keyTerms } = await receive(request, limits);
          mustHold(file.size <= MOST_BYTES, 'a file keeps the limit of its size');
          mustHold(keyTerms.count <= 5_000, 'the key terms keep the limit of their number');
          await file.remove();
        } catch (error) {
          if (!(error instanceof Error && error.name === 'RequestError')) failure = error;
        }
        return reply.code(204).send();
      });
      await app.listen({ host: '127.0.0.1', port: 0 });
      app.server.unref();
      const { port } = app.server.address() as AddressInfo;
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      return async (input) => {
        failure = undefined;
        const end = input.indexOf('\n');
        const boundary = input
          .subarray(0, Math.max(0, end))
          .toString('latin1')
          .replaceAll(/[^\x20-\x7e]/gu, '');
        const body = input.subarray(end + 1);
        const sending = post({
          agent,
          port,
          host: '127.0.0.1',
          method: 'POST',
          headers: {
            'content-type': `multipart/form-data; boundary=${boundary}`,
            'content-length': body.length,
          },
        });
        sending.end(body);
        await answered(sending);
        if (failure !== undefined)
          throw failure instanceof Error ? failure : new BrokenProperty('an error is thrown');
      };
    },
  };
}

const MOST_BYTES = 4_096;

/** Waits for the answer. The server may cut the connection of a form that it refuses in the middle. */
async function answered(sending: ReturnType<typeof post>): Promise<void> {
  try {
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'close');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && CUT.has(String(error.code)))) throw error;
  }
}

const CUT: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);
