import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createApiKeys } from '../../src/access/api-keys.js';
import { createEnrolledVoices } from '../../src/access/enrolled-voices.js';
import { destroyExpiredVoices } from '../../src/access/expired-voices.js';
import { expireRecords } from '../../src/retention/expire.js';
import { parsePolicies } from '../../src/retention/policies.js';
import type { Storage } from '../../src/storage/open-storage.js';
import { runCli } from '../cli/run-cli.js';
import { describeDatabases, temporaryDirectory } from '../support/databases.js';
import { begin, DR_LEE, openTestStorage, recordSession } from '../support/storage.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('retention policies', () => {
  test('are those of the tenant, or the default', () => {
    const policies = parsePolicies(['clinic-a=30', '*=365']);
    expect([policies.daysFor('clinic-a'), policies.daysFor('clinic-b')]).toEqual([30, 365]);
    expect(parsePolicies(['clinic-a=30']).daysFor('clinic-b')).toBeUndefined();
    expect(parsePolicies([]).isEmpty).toBe(true);
  });

  test('that are invalid are refused with the setting', async () => {
    const { status, stderr } = await runCli(['retention', '--retention', 'a month']);
    expect(status).toBe(2);
    expect(stderr).toContain('--retention');
  });
});

describeDatabases('retention', ({ settings }) => {
  test('destroys expired records with a certificate, and keeps those on hold, young or of another tenant', async () => {
    const storage = await openTestStorage(settings());
    await recordSession(storage, 'old', ['my knee']);
    await recordSession(storage, 'held', ['my hip']);
    await storage.records.hold('held', true, DR_LEE);
    const stranger = { ...DR_LEE, who: { ...DR_LEE.who, tenant: 'other' } };
    await (await begin(storage, 'strange', stranger)).close('1000');
    const policies = parsePolicies(['default=30', 'other=60']);
    const at = (days: number) => ({ actor: DR_LEE, now: new Date(Date.now() + days * DAY_MS) });

    const young = await expireRecords(storage, policies, { ...at(29), dryRun: false });
    expect(young).toEqual({ destroyed: [], held: [] });
    const dry = await expireRecords(storage, policies, { ...at(31), dryRun: true });
    expect([ids(dry.destroyed), ids(dry.held)]).toEqual([['old'], ['held']]);
    expect(await left(storage)).toEqual(['held', 'old', 'strange']);
    await expireRecords(storage, policies, { ...at(31), dryRun: false });
    expect(await left(storage)).toEqual(['held', 'strange']);

    const certificate = await storage.database.db
      .selectFrom('audit_entries')
      .select('entry')
      .orderBy('sequence', 'desc')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(certificate.entry)).toMatchObject({
      action: 'retention.destroy',
      what: 'old',
      reason: 'kept for 30 days',
      counts: { keys: 1, segments: 1, audioPieces: 0 },
    });
    await storage.records.hold('held', false, DR_LEE);
    await expireRecords(storage, policies, { ...at(61), dryRun: false });
    expect(await left(storage)).toEqual([]);
  });

  test('does not report a record with an altered row as destroyed', async () => {
    const storage = await openTestStorage(settings());
    for (const id of ['forged', 'old']) await recordSession(storage, id, ['my knee']);
    await sql`update sessions set owner = 'somebody' where id = 'forged'`.execute(storage.database.db);
    const now = new Date(Date.now() + 31 * DAY_MS);
    const about = { actor: DR_LEE, now, dryRun: false };
    const outcome = await expireRecords(storage, parsePolicies(['*=30']), about);
    expect(ids(outcome.destroyed)).toEqual(['old']);
    expect(await left(storage)).toEqual(['forged']);
  });

  test('destroys voices whose key has expired, and no others', async () => {
    const storage = await openTestStorage(settings());
    const soon = await enrolVoice(storage, new Date(Date.now() + DAY_MS));
    await enrolVoice(storage, new Date(Date.now() + 9 * DAY_MS));
    await enrolVoice(storage, undefined);
    const voices = createEnrolledVoices(storage);
    const by = { who: undefined, from: undefined };
    expect(await destroyExpiredVoices(storage, by, new Date())).toEqual([]);
    expect(await destroyExpiredVoices(storage, by, new Date(Date.now() + 2 * DAY_MS))).toEqual([soon]);
    expect(await voices.list()).toHaveLength(2);
    expect(await voices.find(soon)).toBeUndefined();
    const { entry } = await storage.database.db
      .selectFrom('audit_entries')
      .select('entry')
      .orderBy('sequence', 'desc')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(entry)).toMatchObject({
      action: 'voice.delete',
      what: soon.subject,
      reason: 'its key has expired',
    });
  });
});

/** Enrols a voice with a key of its own, which expires then. */
async function enrolVoice(storage: Storage, expiresAt: Date | undefined) {
  const by = { who: undefined, from: undefined };
  const order = {
    tenant: 'default',
    name: 'Dr. Lee',
    role: 'clinician',
    groups: [],
    createdBy: undefined,
  } as const;
  const { id } = await createApiKeys(storage).create({ ...order, expiresAt }, by);
  const owner = { tenant: 'default', subject: `key:${id}` };
  const voice = Float32Array.from({ length: 256 }, (_, at) => Math.sin(at) / 12);
  await createEnrolledVoices(storage).enrol(
    owner,
    { name: 'Dr. Lee', voice, consent: '1', encoder: 'ge2e' },
    by,
  );
  return owner;
}

test('auscult retention destroys voices whose key has expired, without a policy, too', async () => {
  const dataDirectory = temporaryDirectory();
  const storage = await openTestStorage({ dataDirectory, database: undefined });
  const owner = await enrolVoice(storage, new Date(Date.now() - DAY_MS));
  const command = ['retention', '--data-directory', dataDirectory];
  const dry = await runCli([...command, '--json', '--dry-run']);
  expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, voices: [owner] });
  const { stdout } = await runCli(command);
  expect(stdout).toContain('voices of expired keys that were destroyed: 1');
  expect(await createEnrolledVoices(storage).list()).toEqual([]);
});

test('auscult retention lists in a dry run what it would destroy, and then destroys it', async () => {
  const dataDirectory = temporaryDirectory();
  const storage = await openTestStorage({ dataDirectory, database: undefined });
  await recordSession(storage, 'a', ['my knee']);
  const command = ['retention', '--json', '--retention', '*=0', '--data-directory', dataDirectory];
  const dry = await runCli([...command, '--dry-run']);
  expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, destroyed: [{ id: 'a' }] });
  expect(await left(storage)).toEqual(['a']);
  expect(await runCli(command)).toMatchObject({ status: 0 });
  expect(await left(storage)).toEqual([]);
});

function ids(records: readonly { readonly id: string }[]): readonly string[] {
  return records.map(({ id }) => id);
}

async function left({ database }: Storage): Promise<readonly string[]> {
  return ids(await database.db.selectFrom('sessions').select('id').orderBy('id').execute());
}
