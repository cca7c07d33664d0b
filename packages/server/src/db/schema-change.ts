import type { Kysely } from 'kysely';

/** Which database the tables lie in. */
export type DatabaseKind = 'sqlite' | 'postgres';

/** One step of the schema. Steps only go forward, and one that was released is never changed. */
export interface SchemaChange {
  /** Number and what it brings, such as `0001-records-and-audit`; steps are applied in the order of their names. */
  readonly name: string;
  /** Applied with all other steps that are missing in one transaction. */
  readonly apply: (db: Kysely<unknown>, kind: DatabaseKind) => Promise<void>;
}
