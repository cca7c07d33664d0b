import { entriesBehind, readDeletion } from '../audit/deletions.js';
import { readAccessSeal, type Seal } from '../access/seal.js';
import { createCodeSecrets } from '../access/code-secrets.js';
import { behindVoice, openIfPossible } from '../access/enrolled-voices.js';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import type { ReadableDatabase } from '../db/database.js';
import { destroyedListPath, readDestroyedList } from '../records/destroyed-list.js';
import type { MasterKeys } from '../records/master-keys.js';
import { readSavedConfigurations } from '../storage/saved-configuration.js';
import { openSettings } from '../account-settings/settings-seal.js';
import { openTemplate } from '../templates/template-seal.js';
import type { Check, Finding, Step } from './check.js';

/** Users, or sessions that were destroyed, in a step. */
const PAGE = 50;

/** What is looked at here lies in the database and in the data directory. */
export interface SecretsSurroundings {
  readonly database: Pick<ReadableDatabase, 'db'>;
  readonly masterKeys: MasterKeys;
  readonly config: Pick<Config, 'dataDirectory'>;
}

/**
 * What is sealed beside the records: the settings that servers started with, the secrets of authenticators, the voices that people enrolled, templates, what people chose for the page, and what was destroyed,
 * by the list and by the audit log. Begins anew after a restart.
 */
export function secretsCheck({ database: { db }, masterKeys, config }: SecretsSurroundings): Check {
  return {
    name: 'secrets',
    count: async () => {
      const { count } = await db
        .selectFrom('users')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('code_secret', 'is not', null)
        .executeTakeFirstOrThrow();
      return count;
    },
    async *steps() {
      const configurations = await readSavedConfigurations(db, masterKeys);
      yield { checked: configurations.length, findings: configurations.flatMap(findingsOf), cursor: '' };
      yield { checked: 0, findings: await listFindings(masterKeys, config), cursor: '' };
      yield* codeSecrets(db, sealAt(config));
      yield* voices(db, masterKeys);
      yield* templates(db, masterKeys);
      yield* accountSettings(db, masterKeys);
      yield* destroyedFindings(db);
    },
  };
}

function findingsOf({ dataDirectory: at, saved }: { dataDirectory: string; saved: object | undefined }) {
  return saved === undefined ? [{ kind: 'configuration', trouble: 'altered', at } as const] : [];
}

async function listFindings(
  masterKeys: MasterKeys,
  config: Pick<Config, 'dataDirectory'>,
): Promise<readonly Finding[]> {
  const at = destroyedListPath(config);
  try {
    await readDestroyedList(at, masterKeys);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [{ kind: 'destroyed-list', trouble: 'altered', at }];
    throw error;
  }
}

/** Undefined where there is no key, or none that can be used: every secret is a finding then. */
function sealAt(config: Pick<Config, 'dataDirectory'>): Seal | undefined {
  try {
    return readAccessSeal(config);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

async function* codeSecrets(db: ReadableDatabase['db'], seal: Seal | undefined) {
  const secrets = seal && createCodeSecrets(seal);
  for (let after = ''; ;) {
    const users = await db
      .selectFrom('users')
      .select(['id', 'code_secret'])
      .where('code_secret', 'is not', null)
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    const last = users.at(-1);
    if (last === undefined) return;
    after = last.id;
    const findings = users.flatMap(({ id, code_secret: sealed }): readonly Finding[] => {
      if (sealed === null) return [];
      if (secrets === undefined) return [{ kind: 'code-secret', trouble: 'missing', at: `users ${id}` }];
      return secrets.isIntact(sealed, id)
        ? []
        : [{ kind: 'code-secret', trouble: 'altered', at: `users ${id}` }];
    });
    yield { checked: users.length, findings, cursor: '' };
  }
}

async function* voices(db: ReadableDatabase['db'], masterKeys: MasterKeys): AsyncGenerator<Step> {
  for (let after = { tenant: '', owner: '' }; ;) {
    const rows = await db
      .selectFrom('enrolled_voices')
      .selectAll()
      .where(behindVoice(after))
      .orderBy('tenant')
      .orderBy('owner')
      .limit(PAGE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last;
    const findings: Finding[] = [];
    for (const row of rows) {
      const secret = await openIfPossible(masterKeys, row);
      secret?.voice.fill(0);
      if (secret === undefined)
        findings.push({
          kind: 'voice',
          trouble: 'altered',
          at: `enrolled_voices ${row.tenant} ${row.owner}`,
        });
    }
    yield { checked: rows.length, findings, cursor: '' };
  }
}

async function* templates(db: ReadableDatabase['db'], masterKeys: MasterKeys): AsyncGenerator<Step> {
  for (let after = ''; ;) {
    const rows = await db
      .selectFrom('templates')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    const findings: Finding[] = [];
    for (const row of rows)
      if ((await openTemplate(masterKeys, row)) === undefined)
        findings.push({ kind: 'template', trouble: 'altered', at: `templates ${row.id}` });
    yield { checked: rows.length, findings, cursor: '' };
  }
}

async function* accountSettings(db: ReadableDatabase['db'], masterKeys: MasterKeys): AsyncGenerator<Step> {
  for (let after = ''; ;) {
    const rows = await db
      .selectFrom('account_settings')
      .selectAll()
      .where('user_id', '>', after)
      .orderBy('user_id')
      .limit(PAGE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.user_id;
    const findings: Finding[] = [];
    for (const row of rows)
      if ((await openSettings(masterKeys, row)) === undefined)
        findings.push({
          kind: 'account-settings',
          trouble: 'altered',
          at: `account_settings ${row.user_id}`,
        });
    yield { checked: rows.length, findings, cursor: '' };
  }
}

/** What the audit log says was destroyed, the database knows to be, so that no copy of a key brings it back. */
async function* destroyedFindings(db: ReadableDatabase['db']): AsyncGenerator<Step> {
  for await (const entries of entriesBehind(db, 0)) {
    const deletions = entries.flatMap(({ entry }) => readDeletion(entry) ?? []);
    const ids = deletions.filter(({ kind }) => kind === 'destroyed').map(({ what }) => what);
    for (let from = 0; from < ids.length; from += PAGE)
      yield { checked: 0, findings: await unknownFindings(db, ids.slice(from, from + PAGE)), cursor: '' };
  }
}

async function unknownFindings(
  db: ReadableDatabase['db'],
  ids: readonly string[],
): Promise<readonly Finding[]> {
  const known = await db
    .selectFrom('destroyed_keys')
    .select('session_id')
    .where('session_id', 'in', ids)
    .execute();
  const there = new Set(known.map(({ session_id: id }) => id));
  return ids
    .filter((id) => !there.has(id))
    .map((session) => ({ kind: 'destroyed-list', trouble: 'missing', session }) as const);
}
