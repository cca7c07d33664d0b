import type { Transaction } from 'kysely';
import { ConfigError } from '../config/config-error.js';
import { WRITE_PATIENCE, type CommitQueue } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import type { MasterKeys } from '../records/master-keys.js';
import { readSavedConfigurations, saveConfiguration } from '../storage/saved-configuration.js';
import { EMPTY_CHAIN } from './audit-entry.js';
import { auditKeys } from './audit-keys.js';
import { readSealedHead, writeSealedHead } from './sealed-head.js';
import { saysRowsAreVouchedFor } from './rows-vouched-for.js';
import { lockChain, readLastEntry } from './stored-chain.js';

/** Seals a log as it is: that of a backup, which is known to be whole. */
export async function sealLog(
  transaction: Transaction<Schema>,
  kind: Database['kind'],
  masterKeys: MasterKeys,
): Promise<void> {
  await lockChain(transaction, kind);
  const last = (await readLastEntry(transaction)) ?? EMPTY_CHAIN;
  const rowsVouchedFor = await saysRowsAreVouchedFor(transaction);
  await writeSealedHead(transaction, auditKeys(masterKeys), { ...last, anchored: [], rowsVouchedFor });
}

/**
 * Seals a log written by an earlier version, which did not seal. A saved configuration, which only the server can have
 * written, must show that it was such a version; otherwise, whoever removed every seal could pass the log off as an old one.
 *
 * @throws {ConfigError} if no configuration shows it, or one shows the opposite
 */
export async function sealEarlierLog(
  { kind }: Database,
  queue: CommitQueue,
  masterKeys: MasterKeys,
): Promise<void> {
  await queue.submit(async (transaction) => {
    await lockChain(transaction, kind);
    // Another process may have come first.
    if ((await readSealedHead(transaction, auditKeys(masterKeys))).kind !== 'none') return;
    await requireEarlierVersion(transaction, masterKeys);
    await sealLog(transaction, kind, masterKeys);
  }, WRITE_PATIENCE);
}

async function requireEarlierVersion(
  transaction: Transaction<Schema>,
  masterKeys: MasterKeys,
): Promise<void> {
  const configurations = await readSavedConfigurations(transaction, masterKeys);
  const readable = configurations.filter(({ saved }) => saved !== undefined);
  if (readable.length === 0 || readable.some(({ saved }) => saved?.['auditIsSealed'] === true))
    throw new ConfigError(
      'the audit log is not sealed, and nothing shows that a version wrote it that did not seal.',
      'See `auscult audit verify`. If it is whole and was written by such a version, `auscult audit accept --reason "…" --older-rows vouch` seals it.',
    );
  for (const { dataDirectory, saved } of readable)
    await saveConfiguration(transaction, masterKeys, dataDirectory, { ...saved, auditIsSealed: true });
}
