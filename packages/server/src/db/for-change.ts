import type { SelectQueryBuilder, Transaction } from 'kysely';
import type { DatabaseKind } from './schema-change.js';
import type { Schema } from './schema.js';

/**
 * The row that a query finds, locked against changes by others until the transaction ends. SQLite needs no such lock, since
 * only one transaction writes at a time.
 */
export function forChange<Row>(
  transaction: Transaction<Schema>,
  kind: DatabaseKind,
  query: (reading: Transaction<Schema>) => SelectQueryBuilder<Schema, keyof Schema, Row>,
): Promise<Row | undefined> {
  const found = query(transaction);
  return (kind === 'postgres' ? found.forUpdate() : found).executeTakeFirst();
}
