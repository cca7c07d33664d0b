import { Migrator, type Kysely } from 'kysely';
import { ConfigError } from '../config/config-error.js';
import { recordsAndAudit } from './migrations/0001-records-and-audit.js';
import { access } from './migrations/0002-access.js';
import { recordVersions } from './migrations/0003-record-versions.js';
import { servers } from './migrations/0004-servers.js';
import { recoveryCodes } from './migrations/0005-recovery-codes.js';
import { missingAudio } from './migrations/0006-missing-audio.js';
import { auditHead } from './migrations/0007-audit-head.js';
import { keyCopies } from './migrations/0008-key-copies.js';
import { authenticatedRows } from './migrations/0009-authenticated-rows.js';
import { speakers } from './migrations/0010-speakers.js';
import { enrolledVoices } from './migrations/0011-enrolled-voices.js';
import { transcriptionJobs } from './migrations/0013-transcription-jobs.js';
import { tickets } from './migrations/0014-tickets.js';
import { templates } from './migrations/0015-templates.js';
import { sessionSearch } from './migrations/0016-session-search.js';
import { accountSettings } from './migrations/0017-account-settings.js';
import type { DatabaseKind, SchemaChange } from './schema-change.js';

/** Every step, in order. */
const schemaChanges: readonly SchemaChange[] = [
  recordsAndAudit,
  access,
  recordVersions,
  servers,
  recoveryCodes,
  missingAudio,
  auditHead,
  keyCopies,
  authenticatedRows,
  speakers,
  enrolledVoices,
  transcriptionJobs,
  tickets,
  templates,
  sessionSearch,
  accountSettings,
];

/** Name of the newest step that this version knows. */
export const newestSchema: string = schemaChanges.at(-1)?.name ?? '';

/**
 * Brings the tables up to what this version needs or, if they are empty, to an earlier step, `target`.
 * @throws {ConfigError} if they were written by a newer version, or a step fails; nothing is changed then.
 */
export async function migrate(
  db: Kysely<unknown>,
  kind: DatabaseKind,
  target: string = newestSchema,
): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: () =>
        Promise.resolve(
          Object.fromEntries(
            schemaChanges.map(({ name, apply }) => [
              name,
              { up: (transaction: Kysely<unknown>) => apply(transaction, kind) },
            ]),
          ),
        ),
    },
  });
  const applied = await requireKnown(db);
  // Most openings change nothing, and need not wait for writers.
  if (applied.some(({ name }) => name === target)) return;
  const { error } = await migrator.migrateTo(target);
  if (error === undefined) return;
  // Another process may have done it meanwhile.
  await requireKnown(db);
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- Kysely hands back what was thrown
  throw error;
}

/**
 * Requires that the tables are those of this version, for readers, which change nothing.
 * @throws {ConfigError} if the tables were written by a newer or an older version, or there are none.
 */
export async function requireNewestSchema(db: Kysely<unknown>): Promise<void> {
  const applied = await requireKnown(db);
  if (applied.some(({ name }) => name === newestSchema)) return;
  throw new ConfigError(
    'the database is not that of this version of Auscult.',
    'Start the server once, which brings its tables up to date.',
  );
}

interface AppliedChange {
  readonly name: string;
}

/** Requires that all steps which were applied are known; Kysely would report unknown ones as a corrupted migration. */
async function requireKnown(db: Kysely<unknown>): Promise<readonly AppliedChange[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const applied = await (db as Kysely<{ kysely_migration: AppliedChange }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  const unknown = applied.find(({ name }) => !schemaChanges.some((change) => change.name === name));
  if (unknown === undefined) return applied;
  throw new ConfigError(
    `the database was written by a newer version of Auscult (${unknown.name}).`,
    'Install that version, or restore a backup of this one into an empty database.',
  );
}
