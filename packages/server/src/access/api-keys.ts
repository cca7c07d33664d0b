import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Transaction } from 'kysely';
import { WRITE_PATIENCE } from '../db/commit-queue.js';
import type { Schema } from '../db/schema.js';
import { scrub } from '../db/scrub.js';
import type { AuditedBy } from './access-audit.js';
import { createApiKeyRows, type ApiKeyRow } from './api-key-rows.js';
import { EXPIRED, NOT_VALID, authenticated, type AuthenticationResult } from './authentication.js';
import type { ChangeServices } from './change-services.js';
import { destroyTemplatesIn } from '../templates/destroy-templates.js';
import { destroyVoiceIn } from './destroy-voice.js';
import { groupsOf, type GrantableRole, type Identity } from './identity.js';
import type { NamedPage, NamedSearch } from './named-page.js';
import { createSecret, digestOf, SECRET_PATTERN } from './secrets.js';

/** What may be shown about an API key; the key itself is not known. */
export interface ApiKey {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly role: GrantableRole;
  readonly groups: readonly string[];
  readonly createdAt: string;
  /** Subject of the identity that created it; undefined for the command line. */
  readonly createdBy: string | undefined;
  readonly expiresAt: string | undefined;
  readonly revokedAt: string | undefined;
  /** When the key was last used, or up to a minute before that. */
  readonly lastUsedAt: string | undefined;
}

/** What a new key is for. */
interface ApiKeyOrder {
  readonly tenant: string;
  readonly name: string;
  readonly role: GrantableRole;
  readonly groups: readonly string[];
  readonly expiresAt: Date | undefined;
  readonly createdBy: string | undefined;
}

/**
 * The API keys of all tenants. Each change is in the audit log, in the same transaction. A key whose row was forged counts
 * as missing.
 */
export interface ApiKeys {
  /** Creates a key. Its secret is shown only this once. */
  readonly create: (order: ApiKeyOrder, by: AuditedBy) => Promise<ApiKey & { readonly secret: string }>;
  /** Keys of one tenant, or of all, the newest first. */
  readonly list: (tenant?: string) => Promise<readonly ApiKey[]>;
  /** A page of the keys of a tenant, the newest first. */
  readonly page: (search: NamedSearch) => Promise<NamedPage<ApiKey>>;
  /** The key with this id, of whatever tenant. */
  readonly find: (id: string) => Promise<ApiKey | undefined>;
  /** Refuses the key from now on, and deletes the voice that was enrolled with it. Resolves with whether it was valid before. */
  readonly revoke: (id: string, by: AuditedBy) => Promise<boolean>;
  /** Finds out whose key `text` is. */
  readonly authenticate: (text: string) => Promise<AuthenticationResult>;
  /** The same, for a key that was shown before. */
  readonly authenticateId: (id: string) => Promise<AuthenticationResult>;
}

/** Every key begins with it, so that scanners find keys that were published by mistake. */
export const API_KEY_PREFIX = 'ausk_';

/** How often the last use is written down, milliseconds. */
const NOTE_USE_MS = 60_000;

const ID_BYTES = 6;
const keyPattern = new RegExp(`^${API_KEY_PREFIX}([0-9a-f]{${2 * ID_BYTES}})_${SECRET_PATTERN}$`);

/** The id of the key in `text`; undefined if that cannot be a key. */
export function keyIdIn(text: string): string | undefined {
  return keyPattern.exec(text)?.[1];
}

/** The keys in the database. */
export function createApiKeys(services: ChangeServices, now: () => Date = () => new Date()): ApiKeys {
  const { queue, audit, integrity } = services;
  const rows = createApiKeyRows(services);

  const isValid = (row: ApiKeyRow): boolean =>
    row.revoked_at === null && (row.expires_at === null || new Date(row.expires_at) > now());

  const note = (
    transaction: Transaction<Schema>,
    action: 'key.create' | 'key.revoke',
    by: AuditedBy,
    { id, revision }: ApiKeyRow,
  ) => {
    const counts = { keyRevision: revision };
    return audit.appendIn(transaction, { action, outcome: 'success', ...by, what: id, counts });
  };

  /** Notes the use of a key. If that fails, no request does, since the key is valid all the same. */
  const noteUse = async ({ id, last_used_at }: ApiKeyRow): Promise<void> => {
    if (last_used_at !== null && now().getTime() - Date.parse(last_used_at) < NOTE_USE_MS) return;
    await rows.noteUse(id, now()).catch(() => undefined);
  };

  const accept = async (row: ApiKeyRow): Promise<AuthenticationResult> => {
    if (!isValid(row)) return EXPIRED;
    await noteUse(row);
    return authenticated(identityOf(row), { kind: 'key', id: row.id }, async () => {
      const current = await rows.find(row.id);
      return current !== undefined && isValid(current);
    });
  };

  return {
    create: async (order, by) => {
      const id = randomBytes(ID_BYTES).toString('hex');
      const secret = `${API_KEY_PREFIX}${id}_${createSecret()}`;
      const row = rows.vouched({
        ...newRow(order, now()),
        id,
        digest: digestOf(secret),
        revision: integrity.revisions.next(0),
      });
      await queue.submit(async (transaction) => {
        await transaction.insertInto('api_keys').values(row).execute();
        await note(transaction, 'key.create', by, row);
      }, WRITE_PATIENCE);
      rows.committed(row);
      return { ...keyOf(row), secret };
    },
    list: async (tenant) => (await rows.list(tenant)).map(keyOf),
    page: async (search) => {
      const { items, next } = await rows.page(search);
      return { items: items.map(keyOf), next };
    },
    find: async (id) => {
      const row = await rows.find(id);
      return row && keyOf(row);
    },
    revoke: async (id, by) => {
      let revoked: ApiKeyRow | undefined;
      await queue.submit(async (transaction) => {
        revoked = undefined;
        const row = await rows.readIn(transaction, id);
        if (row === undefined || row.revoked_at !== null) return;
        const changed = await rows.revokeIn(transaction, row, now());
        await note(transaction, 'key.revoke', by, changed);
        await destroyVoiceIn(transaction, audit, identityOf(changed), by);
        await destroyTemplatesIn(transaction, audit, identityOf(changed), by);
        revoked = changed;
      }, WRITE_PATIENCE);
      if (revoked === undefined) return false;
      rows.committed(revoked);
      await scrub(services.database);
      return true;
    },
    authenticate: async (text) => {
      if (!keyPattern.test(text)) return NOT_VALID;
      const digest = digestOf(text);
      // Looked up by the digest of the whole key, so that a right id with a wrong secret is as unknown as any other key.
      const row = await rows.findByDigest(digest);
      if (row === undefined || !timingSafeEqual(Buffer.from(row.digest), Buffer.from(digest)))
        return NOT_VALID;
      return accept(row);
    },
    authenticateId: async (id) => {
      const row = await rows.find(id);
      return row === undefined ? NOT_VALID : accept(row);
    },
  };
}

function newRow({ tenant, name, role, groups, expiresAt, createdBy }: ApiKeyOrder, now: Date) {
  return {
    tenant,
    name,
    role,
    group_names: JSON.stringify(groups),
    created_at: now.toISOString(),
    created_by: createdBy ?? null,
    expires_at: expiresAt?.toISOString() ?? null,
    revoked_at: null,
    last_used_at: null,
  };
}

function identityOf(row: ApiKeyRow): Identity {
  const { tenant, role, groups } = keyOf(row);
  return { tenant, subject: `key:${row.id}`, kind: 'key', role, groups };
}

function keyOf(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    role: row.role as GrantableRole,
    groups: groupsOf(row.group_names),
    createdAt: row.created_at,
    createdBy: row.created_by ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
