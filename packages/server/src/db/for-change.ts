import type { SelectQueryBuilder, Transaction } from 'kysely';
import type { DatabaseKind } from './schema-change.js';
import type { Schema } from './schema.js';

/**
 * The row that a query finds, which nobody else changes until the transaction ends. In SQLite that is so anyway: there is
 * one transaction that writes.
 */
export function forChange<Row>(
  transaction: Transaction<Schema>,
  kind: DatabaseKind,
  query: (reading: Transaction<Schema>) => SelectQueryBuilder<Schema, keyof Schema, Row>,
): Promise<Row | undefined> {
  const found = query(transaction);
  return (kind === 'postgres' ? found.forUpdate() : found).executeTakeFirst();
}
