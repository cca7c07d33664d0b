import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { authenticateCertificate } from '../../src/access/certificates.js';
import { ConfigError } from '../../src/config/config-error.js';
import { createTls } from '../../src/http/tls.js';
import { createLog } from '../../src/telemetry/log.js';
import { connect } from '../support/client.js';
import {
  createAuthority,
  createClientPair,
  createRevocations,
  createServerPair,
  writePair,
  type Pair,
} from '../support/certificates.js';
import { bearer, startGuardedServer } from '../support/guarded-server.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

const NO_CLIENTS = { tlsClientCa: undefined, tlsClientCrl: undefined };

const silent = createLog({ logLevel: 'silent', logFormat: 'json' });

describe('a server with a certificate', () => {
  test('speaks TLS 1.2 and 1.3, not 1.1, and tells browsers to use only https', async () => {
    const { files, pair } = folderWith(await createServerPair());
    const server = await startScriptedServer(files);
    expect(server.url).toMatch(/^https:/);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const answer = await ask(server.url, pair, { minVersion: version, maxVersion: version });
      expect(answer.status).toBe(200);
      expect(answer.headers['strict-transport-security']).toContain('max-age=31536000');
    }
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    await expect(ask(server.url, pair, old)).rejects.toThrow(/protocol version|alert|ssl/i);
    const client = await connect(server.url, { ca: pair.cert });
    await client.next('connection');
  });

  test.each(['ECDHE-RSA-AES128-SHA256', 'ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256', 'AES256-SHA'])(
    'refuses ciphers without forward secrecy or authentication: %s',
    async (cipher) => {
      const { files, pair } = folderWith(await createServerPair());
      const server = await startScriptedServer(files);
      const options = { maxVersion: 'TLSv1.2', ciphers: cipher } as const;
      await expect(ask(server.url, pair, options)).rejects.toThrow(/handshake failure|alert/i);
    },
  );

  test('loads a new pair of files while it runs, and keeps the old one if the new is broken', async () => {
    const { files, pair } = folderWith(await createServerPair());
    let log = '';
    const tls = createTls(
      { ...NO_CLIENTS, ...files },
      createLog({ logLevel: 'info', logFormat: 'json' }, { write: (line) => (log += line) }),
      20,
    );
    if (tls === undefined) throw new Error('TLS is off');
    const server = createServer(tls.options).listen(0, '127.0.0.1');
    onTestFinished(() => {
      tls.close();
      server.close();
    });
    tls.keepCurrent(server);
    await until(() => server.listening);
    const { port } = server.address() as { port: number };
    const first = await shown(port);

    writeFileSync(files.tlsCertificate, 'no certificate');
    await until(() => log.includes('the former certificate stays'));
    expect((await shown(port)).fingerprint256).toBe(first.fingerprint256);
    const other = await createServerPair();
    writeFileSync(files.tlsCertificate, other.cert);
    await until(() => log.includes('is not that of the certificate'));
    expect((await shown(port)).fingerprint256).toBe(first.fingerprint256);
    writePair(await createServerPair(-1), files.tlsCertificate, files.tlsKey);
    await until(() => log.includes('has expired'));
    rmSync(files.tlsKey);
    await until(() => log.includes('cannot be read'));
    expect((await shown(port)).fingerprint256).toBe(first.fingerprint256);

    writePair(other, files.tlsCertificate, files.tlsKey);
    await until(() => log.includes('TLS certificate renewed'));
    expect((await shown(port)).fingerprint256).not.toBe(first.fingerprint256);
    expect((await shown(port, 'localhost')).fingerprint256).toBe((await shown(port)).fingerprint256);
    expect(log).not.toContain(pair.key.split('\n')[1]);
  });

  test('does not start with unusable files, and names them', async () => {
    const { files, folder } = folderWith(await createServerPair());
    const broken = join(folder, 'broken.pem');
    writeFileSync(broken, 'nothing');
    const absent = join(folder, 'absent.pem');
    const authority = join(folder, 'authority.pem');
    writeFileSync(authority, (await createAuthority()).cert);
    const expired = folderWith(await createServerPair(-1));
    for (const [settings, problem] of [
      [{ ...files, tlsCertificate: broken }, broken],
      [{ ...files, tlsKey: broken }, broken],
      [{ ...files, tlsKey: absent }, absent],
      [{ ...files, tlsClientCa: broken }, broken],
      [{ ...files, tlsClientCa: authority, tlsClientCrl: broken }, `${broken} holds no list`],
      [{ ...files, tlsKey: expired.files.tlsKey }, 'is not that of the certificate'],
      [expired.files, 'has expired'],
    ] as const) {
      const start = () => createTls({ ...NO_CLIENTS, ...settings }, silent);
      expect(start).toThrow(ConfigError);
      expect(start).toThrow(problem);
    }
  });
});

describe('a client certificate', () => {
  test('gives an identity if the authority has signed it and it names a role', async () => {
    const { files, pair, folder } = folderWith(await createServerPair());
    const authority = await createAuthority();
    const tlsClientCa = join(folder, 'authority.pem');
    writeFileSync(tlsClientCa, authority.cert);
    const server = await startGuardedServer({ ...files, tlsClientCa });
    const identityOf = async (client?: Pair, headers = {}) => {
      const options = { ...client, headers, path: '/api/v1/identity' };
      const { status, body } = await ask(server.url, pair, options);
      return status === 200 ? (JSON.parse(body) as object) : status;
    };
    const gateway = { name: 'gateway', tenant: 'north', units: ['service', 'cardiology'] };
    expect(await identityOf(await createClientPair(gateway, authority))).toEqual({
      tenant: 'north',
      subject: 'certificate:gateway',
      kind: 'certificate',
      role: 'service',
      groups: ['cardiology'],
      transcribes: true,
      permissions: expect.objectContaining({ 'record.read': 'own' }) as object,
    });
    const plain = { name: 'gateway', units: ['service'] };
    expect(await identityOf(await createClientPair(plain, authority))).toMatchObject({ tenant: 'default' });
    expect(await identityOf(await createClientPair({ name: 'no role' }, authority))).toBe(401);
    expect(await identityOf(await createClientPair({ name: 'x', units: ['local'] }, authority))).toBe(401);
    expect(await identityOf(await createClientPair(gateway))).toBe(401);
    expect(await identityOf()).toBe(401);
    const key = await server.keyOf('auditor');
    expect(await identityOf(await createClientPair(gateway, authority), bearer(key))).toMatchObject({
      kind: 'key',
    });
    expect(await identityOf(await createClientPair(gateway, authority), bearer('wrong'))).toBe(401);

    const client = await connect(server.url, {
      ca: pair.cert,
      ...(await createClientPair(gateway, authority)),
    });
    await client.next('connection');
  });
});

describe('a client certificate that is revoked', () => {
  const gateway = { name: 'gateway', units: ['service'] };

  test('gives no identity, nor does any certificate when the list has expired or lacks the authority', async () => {
    const { files, pair, folder } = folderWith(await createServerPair());
    const authority = await createAuthority();
    const [good, revoked] = [
      await createClientPair(gateway, authority),
      await createClientPair(gateway, authority),
    ];
    const statusOf = async (list: string, client?: Pair, key?: string) => {
      const paths = { tlsClientCa: join(folder, 'ca.pem'), tlsClientCrl: join(folder, 'crl.pem') };
      writeFileSync(paths.tlsClientCa, authority.cert);
      writeFileSync(paths.tlsClientCrl, list);
      const server = await startGuardedServer({ ...files, ...paths });
      const headers = key === undefined ? {} : bearer(await server.keyOf('service'));
      return (await ask(server.url, pair, { ...client, headers, path: '/api/v1/identity' })).status;
    };
    const list = await createRevocations(authority, [revoked]);
    expect(await statusOf(list, good)).toBe(200);
    expect(await statusOf(list, revoked)).toBe(401);
    expect(await statusOf(list, revoked, 'a key')).toBe(200);
    expect(await statusOf(await createRevocations(authority, [], -1), good)).toBe(401);
    const others = await createRevocations(await createAuthority('Another'), []);
    expect(await statusOf(others, good)).toBe(401);
    expect(await statusOf(others + list, good)).toBe(200);
    expect(await statusOf(others + list, revoked)).toBe(401);
  });

  test('loses its connections when the list is reloaded, and cannot reconnect', async () => {
    const { files, pair, folder } = folderWith(await createServerPair());
    const authority = await createAuthority();
    const tlsClientCa = join(folder, 'ca.pem');
    const tlsClientCrl = join(folder, 'crl.pem');
    writeFileSync(tlsClientCa, authority.cert);
    writeFileSync(tlsClientCrl, await createRevocations(authority, []));
    let log = '';
    const tls = createTls(
      { ...files, tlsClientCa, tlsClientCrl },
      createLog({ logLevel: 'info', logFormat: 'json' }, { write: (line) => (log += line) }),
      20,
    );
    if (tls === undefined) throw new Error('TLS is off');
    const changes: string[] = [];
    tls.onRenewed((changed) => changes.push(...changed));
    const server = createServer(tls.options, (incoming, answer) => {
      answer.end(String(authenticateCertificate(incoming.socket)?.ok));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => {
      tls.close();
      server.close();
    });
    tls.keepCurrent(server);
    await until(() => server.listening);
    const { port } = server.address() as { port: number };
    const url = `https://127.0.0.1:${port}`;

    const client = await createClientPair(gateway, authority);
    const socket = connectTls({ port, host: '127.0.0.1', ca: pair.cert, ...client });
    let session: Buffer | undefined;
    socket.on('session', (next) => (session = next));
    socket.on('error', () => undefined);
    const keyed = connectTls({ port, host: '127.0.0.1', ca: pair.cert });
    onTestFinished(() => {
      keyed.destroy();
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await until(() => session !== undefined && keyed.authorized);
    expect((await ask(url, pair, client)).body).toBe('true');

    writeFileSync(files.tlsCertificate, 'broken at the same moment');
    writeFileSync(tlsClientCrl, await createRevocations(authority, [client]));
    await until(() => log.includes('the former certificate stays'));
    writeFileSync(files.tlsCertificate, pair.cert);
    await closed;
    expect(changes).toEqual(['tlsClientCrl']);
    expect(keyed.destroyed).toBe(false);
    expect((await ask(url, pair, client)).body).toBe('false');
    expect((await ask(url, pair, { ...client, session })).body).toBe('false');
  });
});

describe('a server behind a proxy', () => {
  const NETWORK = { host: '0.0.0.0', authentication: 'required', trustedProxies: '127.0.0.1' };

  test('believes only a trusted proxy that it was reached over https', async () => {
    const server = await startGuardedServer(NETWORK);
    const url = server.url.replace('0.0.0.0', '127.0.0.1');
    const headers = bearer(await server.keyOf('clinician'));
    const plain = await fetch(`${url}/api/v1/identity`, { headers });
    expect(plain.status).toBe(403);
    expect(await plain.json()).toMatchObject({ error: { code: 'encryption_required' } });
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
    const secure = await fetch(`${url}/api/v1/identity`, { headers: { ...headers, ...forwarded } });
    expect(secure.status).toBe(200);
    expect(secure.headers.get('strict-transport-security')).toContain('max-age');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    await fetch(`${url}/api/v1/identity`, { headers: { ...bearer('wrong'), ...forwarded } });
    expect(await server.audited()).toMatchObject([{ action: 'access.failed', from: '203.0.113.9' }]);

    const other = await startGuardedServer({ ...NETWORK, trustedProxies: '192.0.2.0/24' });
    const address = other.url.replace('0.0.0.0', '127.0.0.1');
    const lied = await fetch(`${address}/api/v1/identity`, {
      headers: { ...bearer(await other.keyOf('clinician')), ...forwarded },
    });
    expect(lied.status).toBe(403);
    const socket = await connect(address, { headers: bearer(await other.keyOf('clinician')) });
    expect(await socket.closed).toBe(1006);
  });

  test('ignores forwarded addresses where no proxy is trusted', async () => {
    const server = await startGuardedServer();
    await fetch(`${server.url}/api/v1/identity`, {
      headers: { ...bearer('wrong'), 'x-forwarded-for': '203.0.113.9' },
    });
    expect(await server.audited()).toMatchObject([{ from: '127.0.0.1' }]);
    const { headers } = await fetch(`${server.url}/health`, { headers: { 'x-forwarded-proto': 'https' } });
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});

function folderWith(pair: Pair) {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-tls-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const files = { tlsCertificate: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
  writePair(pair, files.tlsCertificate, files.tlsKey);
  return { folder, pair, files };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request over a connection of its own, to a server with this certificate. */
function ask(
  url: string,
  { cert }: Pair,
  options: RequestOptions & { readonly session?: Buffer | undefined } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(new URL(options.path ?? '/health', url), { ca: cert, agent: false, ...options }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
    })
      .on('error', reject)
      .end();
  });
}

/** The certificate that is shown to a new connection. */
function shown(port: number, servername?: string): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ...(servername && { servername }),
    });
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
