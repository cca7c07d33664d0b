import { Socket } from 'node:net';
import { createLog, loadConfig, openStorage } from '@auscult/server';
import type { FastifyRequest } from 'fastify';
import { createAccess } from '../../../packages/server/dist/access/access.js';
import { createAuthenticate, shownBy } from '../../../packages/server/dist/access/authenticate.js';
import { accessSeal } from '../../../packages/server/dist/access/seal.js';
import { createOriginPolicy } from '../../../packages/server/dist/http/origins.js';
import { scratchFolder } from '../scratch.js';
import { mustHold } from '../target.js';

/** A server with one API key and one login, both over the same database. */
export interface Credentials {
  readonly apiKey: string;
  /** The content of the login cookie. */
  readonly cookie: string;
  /** Whether somebody is let in who shows these headers over this protocol. */
  readonly letsIn: (headers: Headers, protocol: 'http' | 'https') => Promise<boolean>;
}

type Headers = Pick<FastifyRequest['headers'], 'authorization' | 'cookie'>;

/** Makes the key and the login. */
export async function openCredentials(): Promise<Credentials> {
  const config = loadConfig({ flags: { dataDirectory: scratchFolder() }, environment: {} });
  const log = createLog({ logLevel: 'silent', logFormat: 'json' });
  const storage = await openStorage(config, log);
  const origins = createOriginPolicy(config);
  const access = createAccess({ ...storage, config, log, origins, seal: accessSeal(config) });
  const whose = {
    tenant: 'default',
    name: 'ward',
    role: 'clinician',
    groups: [],
    createdBy: undefined,
  } as const;
  const by = {
    who: { tenant: 'default', subject: 'fuzz', kind: 'local', role: 'local' },
    from: undefined,
  } as const;
  const { secret: apiKey } = await access.apiKeys.create({ ...whose, expiresAt: undefined }, by);
  const user = await access.users.create({ ...whose, usesCodes: false }, by);
  if (user === undefined) throw new TypeError('there is no other user of this name');
  let cookie = '';
  await storage.queue.submit(async (transaction) => {
    cookie = await access.logins.startIn(transaction, user);
  });
  const authenticate = createAuthenticate({ ...access, tokens: undefined });
  const raw = { socket: new Socket() };
  const routeOptions = { config: {} };
  return {
    apiKey,
    cookie,
    letsIn: async (headers, protocol) => {
      const request = { headers, protocol, raw, ws: false, routeOptions } as unknown as FastifyRequest;
      mustHold(
        shownBy(request).length <= LONGEST_COUNTED,
        'the text by which failures are counted has a limited length',
      );
      return (await authenticate(request)).ok;
    },
  };
}

/** The most characters of the text by which failures are counted. */
const LONGEST_COUNTED = 16;

/** A header as it comes out of Node's own parser, which refuses all others. */
export function headerValue(input: Buffer): string {
  return input
    .toString('latin1')
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/gu, '')
    .trim();
}
