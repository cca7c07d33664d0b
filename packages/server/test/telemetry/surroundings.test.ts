import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { expiriesOfKeys } from '../../src/access/api-key-expiry.js';
import { measureExpiry, measureKeyExpiry } from '../../src/telemetry/expiry-metrics.js';
import { keptCurrent } from '../../src/telemetry/kept-current.js';
import { createAuthority, createServerPair } from '../support/certificates.js';
import { temporaryDirectory } from '../support/databases.js';
import { startGuardedServer, bearer } from '../support/guarded-server.js';
import { until } from '../support/until.js';

const DAY_MS = 86_400_000;
const NOTHING = {
  tlsCertificate: undefined,
  tlsClientCa: undefined,
  clusterTlsCertificate: undefined,
  clusterTlsCa: undefined,
  clusterCredentials: undefined,
  auditSyslogCertificate: undefined,
  auditSyslogCa: undefined,
  auditTimestampCa: undefined,
};

test('a server tells the room on its disks, its limits of memory, and commits', async () => {
  const server = await startGuardedServer();
  const headers = bearer(await server.keyOf('service'));
  const metrics = async () => (await fetch(`${server.url}/metrics`, { headers })).text();
  await until(async () => (await metrics()).includes('auscult_disk_free_bytes{folder="data"}'));
  const text = await metrics();
  for (const folder of ['data', 'spool']) {
    const [free, size] = ['free', 'size'].map((what) =>
      valueOf(text, `auscult_disk_${what}_bytes{folder="${folder}"}`),
    );
    expect(free).toBeGreaterThan(0);
    expect(size).toBeGreaterThanOrEqual(free ?? Infinity);
  }
  for (const name of [
    'auscult_memory_limit_bytes',
    'auscult_heap_limit_bytes',
    'auscult_commit_seconds_count',
  ])
    expect(valueOf(text, name)).toBeGreaterThan(0);
  expect(valueOf(text, 'auscult_database_writable')).toBe(1);
});

test('a server tells how many API keys expire soon, and leaves out those that are revoked or past', async () => {
  const server = await startGuardedServer();
  const expiringIn = (days: number) => ({ expiresAt: new Date(Date.now() + days * DAY_MS) });
  const headers = bearer(await server.keyOf('service'));
  const registry = new Registry();
  measureKeyExpiry(registry, () => expiriesOfKeys(server.database), 0);
  for (const days of [-1, 0.5, 5, 20, 90]) await server.keyOf('service', expiringIn(days));
  await until(async () => (await registry.metrics()).includes('auscult_api_keys_expiring{days="30"} 3'));
  expect(await registry.metrics()).toMatch(/days="1"} 1\n.*days="7"} 2\n/);
  await until(async () =>
    (await (await fetch(`${server.url}/metrics`, { headers })).text()).includes(
      'auscult_api_keys_expiring{days="1"}',
    ),
  );
});

describe('when files expire that settings name', () => {
  test('is told of certificates and credentials, the first of a chain and the last of authorities', async () => {
    const [soon, late] = [await createServerPair(5), await createServerPair(50)];
    const expiry = (pem: string) => Date.parse(new X509Certificate(pem).validTo) / 1000;
    const registry = new Registry();
    measureExpiry(registry, {
      ...NOTHING,
      tlsCertificate: file('chain.pem', late.cert + soon.cert),
      clusterTlsCa: file('authorities.pem', soon.cert + late.cert),
      clusterCredentials: file('work.creds', credentials({ exp: 2_000_000_000 })),
    });
    await until(async () => (await registry.metrics()).includes('clusterCredentials'));
    const text = await registry.metrics();
    expect(valueOf(text, expiring('tlsCertificate'))).toBe(expiry(soon.cert));
    expect(valueOf(text, expiring('clusterTlsCa'))).toBe(expiry(late.cert));
    expect(valueOf(text, expiring('clusterCredentials'))).toBe(2_000_000_000);
  });

  test('is not told of what does not tell it, of what is none, and of what is not there', async () => {
    const registry = new Registry();
    const { cert } = await createAuthority();
    measureExpiry(registry, {
      ...NOTHING,
      tlsCertificate: file('none.pem', 'none'),
      tlsClientCa: file('authority.pem', cert),
      clusterTlsCa: '/nonexistent/ca.pem',
      clusterCredentials: file('forever.creds', credentials({})),
    });
    await until(async () => (await registry.metrics()).includes('tlsClientCa'));
    const series = (await registry.metrics()).split('\n').filter((line) => line.includes('setting='));
    expect(series).toHaveLength(1);
  });
});

test('what is kept current is not asked for twice at a time, and stays where asking fails', async () => {
  const answers: ((value: number | Promise<number>) => void)[] = [];
  const value = keptCurrent(() => new Promise<number>((resolve) => answers.push(resolve)), 0);
  expect([value(), value()]).toEqual([undefined, undefined]);
  expect(answers).toHaveLength(1);
  answers[0]?.(1);
  await until(() => value() === 1);
  await until(() => answers.length > 1);
  answers[1]?.(Promise.reject(new Error('away')));
  await until(() => value() === 1 && answers.length > 2);
});

function file(name: string, content: string): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, content);
  return path;
}

function credentials(claims: object): string {
  const token = ['{}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url'));
  return `-----BEGIN NATS USER JWT-----\n${token.join('.')}\n------END NATS USER JWT------\n`;
}

function expiring(setting: string): string {
  return `auscult_expiry_timestamp_seconds{setting="${setting}"}`;
}

function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}
