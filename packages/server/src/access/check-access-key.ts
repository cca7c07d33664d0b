import type { Config } from '../config/schema.js';
import type { ReadableDatabase } from '../db/database.js';
import { createCodeSecrets } from './code-secrets.js';
import { readAccessSeal } from './seal.js';

/** Secrets that are tried: if one of them opens, the others were sealed before the key was lost once. */
const TRIED = 20;

/**
 * Whether `access.key` opens what authenticators need, as far as the newest users show; it must be the same on all servers of
 * a database. `unused` while nobody has an authenticator.
 */
export async function checkAccessKey(
  { db }: Pick<ReadableDatabase, 'db'>,
  config: Pick<Config, 'dataDirectory'>,
): Promise<'fits' | 'missing' | 'other' | 'unused'> {
  const users = await db
    .selectFrom('users')
    .select(['id', 'code_secret'])
    .where('code_secret', 'is not', null)
    .orderBy('id', 'desc')
    .limit(TRIED)
    .execute();
  if (users.length === 0) return 'unused';
  const seal = readAccessSeal(config);
  if (seal === undefined) return 'missing';
  const secrets = createCodeSecrets(seal);
  const opens = users.some(
    ({ id, code_secret }) => code_secret !== null && secrets.isIntact(code_secret, id),
  );
  return opens ? 'fits' : 'other';
}
