import type { SchemaChange } from '../schema-change.js';

/** Codes that stand in for an authenticator, each once. */
export const recoveryCodes: SchemaChange = {
  name: '0005-recovery-codes',
  apply: async (db) => {
    await db.schema
      .createTable('recovery_codes')
      .addColumn('digest', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
      .execute();
    await db.schema.createIndex('recovery_codes_by_user').on('recovery_codes').column('user_id').execute();
  },
};
