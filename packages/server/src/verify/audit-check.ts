import { chainHash, EMPTY_CHAIN } from '../audit/audit-entry.js';
import { auditEvidence } from '../audit/audit-evidence.js';
import { verifyAudit } from '../audit/verify.js';
import type { Config } from '../config/schema.js';
import type { ReadableDatabase } from '../db/database.js';
import type { MasterKeys } from '../records/master-keys.js';
import type { Check, Finding } from './check.js';

/** Entries per step. */
const PAGE = 100;

/**
 * Checks that every entry of the audit log follows from the one before. The cursor is the last entry, as `sequence
 * hash`.
 */
export function auditChainCheck({ db }: Pick<ReadableDatabase, 'db'>): Check {
  return {
    name: 'audit',
    count: () => countEntries(db),
    async *steps(cursor = `${String(EMPTY_CHAIN.sequence)} ${EMPTY_CHAIN.hash}`) {
      const [sequence, hash = ''] = cursor.split(' ');
      for (let before = { sequence: Number(sequence), hash }; ;) {
        const rows = await db
          .selectFrom('audit_entries')
          .select(['sequence', 'entry', 'hash'])
          .where('sequence', '>', before.sequence)
          .orderBy('sequence')
          .limit(PAGE)
          .execute();
        if (rows.length === 0) return;
        const findings: Finding[] = [];
        for (const row of rows) {
          const at = String(row.sequence);
          if (row.sequence !== before.sequence + 1)
            findings.push({ kind: 'audit-entry', trouble: 'missing', at: `before ${at}` });
          else if (chainHash(before.hash, row.entry) !== row.hash)
            findings.push({ kind: 'audit-entry', trouble: 'altered', at });
          before = { sequence: row.sequence, hash: row.hash };
        }
        yield { checked: rows.length, findings, cursor: `${String(before.sequence)} ${before.hash}` };
      }
    },
  };
}

/**
 * Checks the audit log as `auscult audit verify` does, including the anchors outside the database, all in one step.
 */
export function auditLogCheck(database: ReadableDatabase, config: Config, masterKeys: MasterKeys): Check {
  return {
    name: 'audit',
    count: () => countEntries(database.db),
    async *steps() {
      const report = await verifyAudit(database, await auditEvidence(config, masterKeys));
      const findings = report.problems.map(({ kind, sequence }): Finding => ({
        kind: 'audit-entry',
        trouble: kind === 'removed' || kind === 'truncated' ? 'missing' : 'altered',
        at: `${String(sequence)} (${kind})`,
      }));
      yield { checked: report.entries, findings, cursor: '' };
    },
  };
}

async function countEntries(db: ReadableDatabase['db']): Promise<number> {
  const { count } = await db
    .selectFrom('audit_entries')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
