import { onTestFinished } from 'vitest';
import { createApiKeys, type ApiKeys } from '../../src/access/api-keys.js';
import type { GrantableRole } from '../../src/access/identity.js';
import type { Config } from '../../src/config/schema.js';
import type { ChangeServices } from '../../src/access/change-services.js';
import { openDatabase, type Database } from '../../src/db/database.js';
import { BY_SERVER, changeServices } from './access.js';
import { startScriptedServer, type ScriptedServer } from './scripted-server.js';

/** A scripted server that requires authentication, and its database. */
export interface GuardedServer extends ScriptedServer {
  readonly database: Database;
  readonly apiKeys: ApiKeys;
  /** Services that change keys and users without the server, as the command line does. */
  readonly services: ChangeServices;
  /** A new key of this role. */
  readonly keyOf: (role: GrantableRole, whose?: Whose) => Promise<string>;
  /** Entries of the audit log, except those for actions of the server itself, the oldest first. */
  readonly audited: () => Promise<readonly AuditedEvent[]>;
}

interface Whose {
  readonly tenant?: string;
  readonly groups?: readonly string[];
  readonly expiresAt?: Date;
}

interface AuditedEvent {
  readonly action: string;
  readonly outcome: string;
  readonly subject?: string;
  readonly from?: string;
  readonly what?: string;
  readonly reason?: string;
}

/** Makes a new database for each server; undefined for the embedded one. */
let createDatabase: (() => string) | undefined;

/** Makes every guarded server from now on use a database that `create` makes. */
export function guardOver(create: () => string): void {
  createDatabase = create;
}

export async function startGuardedServer(
  overrides: Partial<Record<keyof Config, string>> = {},
): Promise<GuardedServer> {
  const address = createDatabase?.();
  const server = await startScriptedServer({
    authentication: 'required',
    database: address,
    ...overrides,
  });
  const database = await openDatabase({ dataDirectory: server.dataDirectory, database: address });
  onTestFinished(() => database.close());
  const services = await changeServices(database, server.dataDirectory);
  const apiKeys = createApiKeys(services);
  return {
    ...server,
    database,
    apiKeys,
    services,
    keyOf: async (role, { tenant = 'default', groups = [], expiresAt } = {}) => {
      const order = { tenant, name: role, role, groups, expiresAt, createdBy: undefined };
      const { secret } = await apiKeys.create(order, BY_SERVER);
      return secret;
    },
    audited: async () => {
      const rows = await database.db
        .selectFrom('audit_entries')
        .select('entry')
        .orderBy('sequence')
        .execute();
      const events = rows.map(({ entry }) => JSON.parse(entry) as AuditedEvent);
      return events.filter(({ subject }) => subject !== 'server');
    },
  };
}

/** The header that carries a key or a token. */
export function bearer(text: string): Record<string, string> {
  return { authorization: `Bearer ${text}` };
}

/** Status and error code of an answer. */
export async function refusal(response: Response): Promise<{ status: number; code: string | undefined }> {
  const body = (await response.json().catch(() => ({}))) as { error?: { code: string } };
  return { status: response.status, code: body.error?.code };
}

/** Posts `body` as JSON. */
export function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
