import { existsSync } from 'node:fs';
import { join } from 'node:path';
import serveStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Log } from '../telemetry/log.js';

const NOT_BUILT = 'The page has not been built. Run "npm run build", then start the server again.';

/** A file with a hash in its name never changes. */
const KEEP = 'public, max-age=31536000, immutable';
/** Cached, but revalidated by its ETag before each use. */
const COMPARE = 'no-cache';

/**
 * Adds the page at `/`, the console at `/console`, their files below `/assets/` and the SDK below `/client/`, as they were compressed by the
 * build. If nothing was built, `/` says so and everything else works.
 *
 * @param folder with `index.html`, `console.html`, `assets` and `client`
 */
export async function registerPage(app: FastifyInstance, folder: string, log: Log): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    log.warn('the page was not built: npm run build');
    app.get('/', hidden, (_request, reply) => reply.code(503).type('text/plain').send(`${NOT_BUILT}\n`));
    return;
  }
  await app.register(serveStatic, {
    serve: false,
    preCompressed: true,
    cacheControl: false,
    index: false,
    // No ranges: nobody needs parts of files this small.
    acceptRanges: false,
  });
  app.get('/', hidden, (_request, reply) => {
    void reply.header('permissions-policy', 'microphone=(self)');
    send(reply, 'index.html', folder, COMPARE);
  });
  app.get('/console', hidden, (_request, reply) => {
    send(reply, 'console.html', folder, COMPARE);
  });
  // Relative, since a proxy may serve all of this under a path of its own.
  app.get('/console/', hidden, (_request, reply) => reply.redirect('../console', 308));
  app.get<File>('/assets/:file', hidden, ({ params }, reply) => {
    send(reply, params.file, join(folder, 'assets'), KEEP);
  });
  app.get<File>('/client/:file', hidden, ({ params }, reply) => {
    send(reply, params.file, join(folder, 'client'), COMPARE);
  });
}

interface File {
  Params: { file: string };
}

/** The names of built files. Anything else, disguised paths included, does not exist. */
const FILE_NAME = /^\w[\w.-]*$/;

const hidden = { config: { action: 'page.read' as const }, schema: { hide: true } };

function send(reply: FastifyReply, file: string, folder: string, caching: string): void {
  if (!FILE_NAME.test(file)) {
    reply.callNotFound();
    return;
  }
  reply.headers({ 'cache-control': caching, vary: 'Origin, Accept-Encoding' }).sendFile(file, folder);
}
