import type { Transaction } from 'kysely';
import { isMarkedVouchedFor, saysRowsAreVouchedFor } from '../audit/rows-vouched-for.js';
import { readSealedHead } from '../audit/sealed-head.js';
import { auditKeys } from '../audit/audit-keys.js';
import { ConfigError } from '../config/config-error.js';
import type { Schema } from '../db/schema.js';
import type { MasterKeys } from '../records/master-keys.js';
import { readSavedConfigurations } from '../storage/saved-configuration.js';
import { VOUCHED_TABLES } from './covered-columns.js';
import { isAnyVouchedFor } from './vouch-for-older-rows.js';

/** What happens to rows that nothing vouches for, if a log is accepted that does not say whether anything ever did. */
export const OLDER_ROWS = ['vouch', 'refuse'] as const;
export type OlderRows = (typeof OLDER_ROWS)[number];

/**
 * Whether rows without a MAC stay refused when a log is accepted. They do if anything shows that rows were vouched
 * for: whoever removed that from the log may have removed MACs as well. If nothing shows it, the database may be from
 * an earlier version, or all traces may have been removed, and somebody who knows has to say which.
 *
 * @throws {ConfigError} if nobody said which, or rows were vouched for already and must not be again
 */
export async function areOlderRowsRefused(
  transaction: Transaction<Schema>,
  masterKeys: MasterKeys,
  olderRows: OlderRows | undefined,
): Promise<boolean> {
  const isKnown = await wereVouchedFor(transaction, masterKeys);
  if (isKnown && olderRows === 'vouch')
    throw new ConfigError(
      'rows of this database were vouched for before, so a row without a MAC was not written by a server.',
      'Call it without `--older-rows`, and restore what is refused from a backup.',
    );
  if (isKnown || olderRows === 'refuse' || !(await hasRows(transaction))) return true;
  if (olderRows === 'vouch') return false;
  throw new ConfigError(
    'nothing shows whether a version wrote this database that vouched for no rows, or somebody removed what did.',
    'If it is of an earlier version, look through its keys and users, and say `--older-rows vouch`. If not, `--older-rows refuse` keeps out whatever has no MAC.',
  );
}

async function wereVouchedFor(transaction: Transaction<Schema>, masterKeys: MasterKeys): Promise<boolean> {
  return (
    (await isMarkedVouchedFor(transaction, masterKeys)) ||
    (await saysRowsAreVouchedFor(transaction)) ||
    (await isAnyVouchedFor(transaction)) ||
    (await wasSealed(transaction, masterKeys))
  );
}

/** Whether a configuration shows that a version has run that seals the log, and so vouches for rows, though no seal is left. */
async function wasSealed(transaction: Transaction<Schema>, masterKeys: MasterKeys): Promise<boolean> {
  const { kind } = await readSealedHead(transaction, auditKeys(masterKeys));
  if (kind === 'intact') return false;
  const configurations = await readSavedConfigurations(transaction, masterKeys);
  return configurations.some(({ saved }) => saved?.['auditIsSealed'] === true);
}

async function hasRows(transaction: Transaction<Schema>): Promise<boolean> {
  for (const table of VOUCHED_TABLES) {
    const row = await transaction
      .selectFrom(table)
      .select((eb) => eb.lit(1).as('one'))
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return true;
  }
  return false;
}
