import type { Kysely } from 'kysely';

/** The kind of database that holds the tables. */
export type DatabaseKind = 'sqlite' | 'postgres';

/** One step of the schema. Steps only go forward, and one that was released is never changed. */
export interface SchemaChange {
  /** Its number and what it adds, such as `0001-records-and-audit`; steps are applied in the order of their names. */
  readonly name: string;
  /** Applied in one transaction with all other missing steps. */
  readonly apply: (db: Kysely<unknown>, kind: DatabaseKind) => Promise<void>;
}
