import { randomUUID } from 'node:crypto';
import { saidForm } from '@auscult/protocol';
import type { Transaction } from 'kysely';
import type { AuditedBy } from '../access/access-audit.js';
import type { ChangeServices } from '../access/change-services.js';
import type { Identity } from '../access/identity.js';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Database } from '../db/database.js';
import type { Schema } from '../db/schema.js';
import { scrub } from '../db/scrub.js';
import { RequestError } from '../errors.js';
import type { MasterKeys } from '../records/master-keys.js';
import { rewrapRows } from '../records/rewrap-rows.js';
import { openTemplate, sealTemplate, type TemplateContent, type TemplateRow } from './template-seal.js';

/** A text with fields that is inserted by its name. */
interface Template extends TemplateContent {
  readonly id: string;
  /** Whether it is one person's, or everybody's of a tenant. */
  readonly scope: TemplateScope;
  /** Counts the changes, from 1. */
  readonly version: number;
  readonly changedAt: string;
}

export const TEMPLATE_SCOPES = ['own', 'tenant'] as const;
type TemplateScope = (typeof TEMPLATE_SCOPES)[number];

/** To whom a template belongs. */
export interface TemplatePlace {
  readonly tenant: string;
  /** Subject of the identity; empty for a template of the tenant. */
  readonly owner: string;
}

/** The templates that somebody has. */
interface TemplateList {
  /** By name, own ones first. */
  readonly templates: readonly Template[];
  /** How many there are besides that cannot be decrypted. */
  readonly unreadable: number;
}

/** Texts with fields, of people and of tenants. Each change is in the audit log, in the same transaction; on disk they are encrypted. */
export interface TemplateStore {
  /** Those of an identity and of its tenant. */
  readonly list: (whose: Pick<Identity, 'tenant' | 'subject'>) => Promise<TemplateList>;
  /** To whom a template belongs; undefined if there is none. */
  readonly placeOf: (id: string) => Promise<TemplatePlace | undefined>;
  /** Refused as `template_name_taken` and `too_many_templates`. */
  readonly create: (place: TemplatePlace, content: TemplateContent, by: AuditedBy) => Promise<Template>;
  /** Replaces what it says. Refused as `template_not_found`, `template_changed` unless it is at `version`, and `template_name_taken`. */
  readonly change: (
    id: string,
    version: number,
    content: TemplateContent,
    by: AuditedBy,
  ) => Promise<Template>;
  /** Deletes it for good. Refused as `template_not_found`, and as `template_changed` unless it is at `version`, if that is given. */
  readonly destroy: (id: string, version: number | undefined, by: AuditedBy) => Promise<void>;
}

/** The services that keep templates. */
export interface TemplateServices extends Pick<ChangeServices, 'database' | 'queue' | 'audit'> {
  readonly masterKeys: MasterKeys;
}

/** Templates of one person, and of one tenant: both together are at most as many as a variable of a command has values. */
const MOST_TEMPLATES = 200;

/** The templates in the database. */
export function createTemplateStore(
  { database, queue, audit, masterKeys }: TemplateServices,
  now: () => Date = () => new Date(),
): TemplateStore {
  /** Carries out a change, and destroys what it has overwritten. */
  const change = async <Result>(
    work: (transaction: Transaction<Schema>) => Promise<Result>,
  ): Promise<Result> => {
    const done: Result[] = [];
    await queue.submit(async (transaction) => {
      done[0] = await work(transaction);
    }, WRITE_PATIENCE);
    await scrub(database);
    return done[0] as Result;
  };
  const note = (
    transaction: Transaction<Schema>,
    action: 'template.create' | 'template.change' | 'template.delete',
    { id, owner, version }: Pick<TemplateRow, 'id' | 'owner' | 'version'>,
    by: AuditedBy,
  ): Promise<void> =>
    audit.appendIn(transaction, {
      ...{ action, outcome: 'success', ...by, what: id },
      reason: scopeOf(owner),
      counts: { version },
    });

  return {
    list: async ({ tenant, subject }) => {
      const rows = await rowsOf(database.db, { tenant, owner: subject }, { tenant, owner: '' });
      const opened = await Promise.all(rows.map((row) => opening(masterKeys, row)));
      const templates = opened.filter((one) => one !== undefined);
      return { templates: templates.sort(inOrder), unreadable: opened.length - templates.length };
    },
    placeOf: async (id) => {
      const row = await rowIn(database.db, id);
      return row && { tenant: row.tenant, owner: row.owner };
    },
    create: (place, content, by) =>
      change(async (transaction) => {
        const others = await rowsOf(transaction, place);
        if (others.length >= MOST_TEMPLATES)
          throw new RequestError('too_many_templates', { limit: `at most ${MOST_TEMPLATES}` });
        await requireFreeName(masterKeys, others, content);
        const facts = { ...place, id: randomUUID(), version: 1, changed_at: now().toISOString() };
        const row = { ...facts, ...sealTemplate(masterKeys.current(), facts, content) };
        await transaction.insertInto('templates').values(row).execute();
        await note(transaction, 'template.create', row, by);
        return templateOf(row, content);
      }),
    change: (id, version, content, by) =>
      change(async (transaction) => {
        const before = requireVersion(await rowIn(transaction, id), version);
        const others = await rowsOf(transaction, before);
        await requireFreeName(
          masterKeys,
          others.filter((other) => other.id !== id),
          content,
        );
        const facts = { ...before, version: version + 1, changed_at: now().toISOString() };
        const sealed = sealTemplate(masterKeys.current(), facts, content);
        const { numUpdatedRows } = await transaction
          .updateTable('templates')
          .set({ version: facts.version, changed_at: facts.changed_at, ...sealed })
          .where('id', '=', id)
          .where('version', '=', version)
          .executeTakeFirst();
        // Another server was faster.
        if (numUpdatedRows === 0n) throw new RequestError('template_changed', { field: 'version' });
        await note(transaction, 'template.change', facts, by);
        return templateOf(facts, content);
      }),
    destroy: (id, version, by) =>
      change(async (transaction) => {
        const row = requireVersion(await rowIn(transaction, id), version);
        const { numDeletedRows } = await transaction
          .deleteFrom('templates')
          .where('id', '=', id)
          .where('version', '=', row.version)
          .executeTakeFirst();
        if (numDeletedRows === 0n) throw new RequestError('template_changed', { field: 'version' });
        await note(transaction, 'template.delete', row, by);
      }),
  };
}

/** Encrypts every template that is still under an older master key with the current one; those that cannot be decrypted stay. */
export async function rewrapTemplates(
  database: Pick<Database, 'transaction' | 'scrub'>,
  masterKeys: MasterKeys,
): Promise<void> {
  await rewrapRows<TemplateRow>(database, masterKeys, {
    rowsUnderOthers: (transaction, key, after, most) =>
      transaction
        .selectFrom('templates')
        .selectAll()
        .where('master_key_id', '!=', key.id)
        .where('id', '>', after?.id ?? '')
        .orderBy('id')
        .limit(most)
        .execute(),
    rewrap: async (transaction, key, row) => {
      const content = await openTemplate(masterKeys, row);
      if (content === undefined) return false;
      await transaction
        .updateTable('templates')
        .set(sealTemplate(key, row, content))
        .where('id', '=', row.id)
        .where('version', '=', row.version)
        .execute();
      return true;
    },
  });
}

async function requireFreeName(
  masterKeys: MasterKeys,
  others: readonly TemplateRow[],
  { name }: TemplateContent,
): Promise<void> {
  for (const other of others) {
    const content = await openTemplate(masterKeys, other);
    if (content !== undefined && saidForm(content.name) === saidForm(name))
      throw new RequestError('template_name_taken', { field: 'name' });
  }
}

function requireVersion(row: TemplateRow | undefined, version: number | undefined): TemplateRow {
  if (row === undefined) throw new RequestError('template_not_found');
  if (row.version !== (version ?? row.version))
    throw new RequestError('template_changed', { field: 'version', limit: String(row.version) });
  return row;
}

async function opening(masterKeys: MasterKeys, row: TemplateRow): Promise<Template | undefined> {
  const content = await openTemplate(masterKeys, row);
  return content && templateOf(row, content);
}

function templateOf(
  { id, owner, version, changed_at }: Pick<TemplateRow, 'id' | 'owner' | 'version' | 'changed_at'>,
  { name, text }: TemplateContent,
): Template {
  return { id, scope: scopeOf(owner), name, text, version, changedAt: changed_at };
}

function scopeOf(owner: string): TemplateScope {
  return owner === '' ? 'tenant' : 'own';
}

function inOrder(one: Template, other: Template): number {
  if (one.scope !== other.scope) return one.scope === 'own' ? -1 : 1;
  return one.name.localeCompare(other.name, 'en');
}

function rowIn(db: Database['db'], id: string): Promise<TemplateRow | undefined> {
  return db.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirst();
}

function rowsOf(db: Database['db'], ...places: readonly TemplatePlace[]): Promise<TemplateRow[]> {
  return db
    .selectFrom('templates')
    .selectAll()
    .where((eb) => eb.or(places.map(({ tenant, owner }) => eb.and({ tenant, owner }))))
    .execute();
}
