import type { SchemaChange } from '../schema-change.js';

/** The sealed end of the chain of audit entries, and the anchors that wait to be taken outside. */
export const auditHead: SchemaChange = {
  name: '0007-audit-head',
  apply: async (db) => {
    await db.schema
      .createTable('audit_head')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('master_key_id', 'text', (column) => column.notNull())
      .addColumn('mac', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('audit_anchors')
      .addColumn('chain', 'text', (column) => column.notNull())
      .addColumn('number', 'bigint', (column) => column.notNull())
      .addColumn('line', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('audit_anchors_key', ['chain', 'number'])
      .execute();
  },
};
