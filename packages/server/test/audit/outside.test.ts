import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { anchorFile } from '../../src/audit/anchor-file.js';
import { stampAnchors, stampPath } from '../../src/audit/stamp-anchors.js';
import { syslogSink } from '../../src/audit/syslog.js';
import type { MasterKeys } from '../../src/records/master-keys.js';
import {
  addEntries,
  anchorLinesOf,
  anchorPathOf,
  EVENT,
  masterKeysOf,
  openLog,
  verifyLog,
} from '../support/audit.js';
import {
  createAuthority,
  createClientPair,
  createServerPair,
  writePair,
  type Pair,
} from '../support/certificates.js';
import { temporaryDirectory } from '../support/databases.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

describe('syslog', () => {
  test('by UDP receives each anchor', async () => {
    const { where } = await anchoredLog();
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const message = once(server, 'message') as Promise<[Buffer]>;
    const { port } = server.address();
    const [line = ''] = anchorLinesOf(where);
    const url = `udp://127.0.0.1:${port}`;
    await syslogSink({ url, ca: undefined, certificate: undefined, key: undefined }).take([line]);
    const text = (await message)[0].toString();
    expect(text).toMatch(/^<109>1 \S+ \S+ auscult \d+ audit-head - sequence=3 hash=[0-9a-f]{64} anchor=/);
    expect(text.endsWith(line)).toBe(true);
  });

  test('by TLS receives each anchor once it can be reached, and reveals a log restored with its files', async () => {
    const receiver = await startReceiver();
    const where = { dataDirectory: temporaryDirectory(), database: undefined };
    const keys = await masterKeysOf();
    const log = await openLog(where, keys, { ...receiver.settings, auditSyslog: 'tls://localhost:1' });
    await log.audit.append(EVENT);
    await log.close();
    expect(log.told).toEqual(['syslog fails']);
    const former = temporaryDirectory();
    cpSync(where.dataDirectory, former, { recursive: true });
    await addEntries(where, keys, 2, receiver.settings);

    const anchors = receiver.messages().map((message) => /anchor=(.*)$/.exec(message)?.[1]);
    expect(anchors).toEqual(anchorLinesOf(where));
    const outside = () => Readable.from(['Jan 1 other: noise', ...receiver.messages()]);
    expect(await verifyLog(where, keys, { outside: outside() })).toMatchObject({ outside: 2, problems: [] });

    const putBack = { dataDirectory: former, database: undefined };
    expect(await verifyLog(putBack, keys)).toMatchObject({ problems: [] });
    expect((await verifyLog(putBack, keys, { outside: outside() })).problems).toEqual([
      { kind: 'truncated', sequence: 4 },
    ]);
    const forged = receiver.messages().map((message) => message.replace(/"time":"\d/, '"time":"9'));
    const { problems } = await verifyLog(where, keys, { outside: Readable.from(forged) });
    expect(problems.map(({ kind }) => kind)).toEqual(['anchor-forged', 'anchor-forged']);
  });

  test('by TLS is not trusted under another authority, and the server reports that anchors wait', async () => {
    const receiver = await startReceiver();
    const { url, metrics, log } = await startScriptedServer({
      ...receiver.settings,
      auditSyslogCa: receiver.otherCa,
    });
    await until(() => log().includes('audit anchors cannot be taken outside'));
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({
      status: 'ready',
      degraded: ['audit-syslog'],
    });
    // The file and the receiver are tried at the same time.
    const taken = /auscult_audit_anchor_last_success_seconds\{sink="file"\} \d/;
    await until(async () => taken.test(await metrics()));
    const text = await metrics();
    expect(text).toMatch(/auscult_audit_anchor_failures_total\{sink="syslog"\} [1-9]/);
    expect(text).toMatch(/auscult_audit_anchor_failing_seconds\{sink="file"\} 0/);
    expect(text).toMatch(/auscult_audit_findings\{finding="tampered"\} 0/);
    expect(receiver.messages()).toEqual([]);
  });
});

const openssl = spawnSync('openssl', ['version']).status === 0;
if (!openssl) console.warn('skipped: time stamps need the program openssl, which is not there');

describe.skipIf(!openssl)('a time stamp authority', () => {
  let authority: string;
  beforeAll(() => {
    authority = createTimestampAuthority(mkdtempSync(join(tmpdir(), 'auscult-tsa-')));
  });
  afterAll(() => {
    rmSync(authority, { recursive: true });
  });

  test('stamps the last anchor, and altered or foreign time stamps are found', async () => {
    const { where, keys } = await anchoredLog();
    const auditTimestampCa = join(authority, 'ca.pem');
    const stamping = stampingOf(where, await startAuthority(authority), auditTimestampCa);
    await stamping.stamp();
    expect(stamping.state()).toMatchObject({ failures: 0 });
    const verified = () =>
      verifyLog(where, keys, {}, { auditTimestampCa, auditTimestampUrl: 'http://localhost' });
    expect(await verified()).toMatchObject({ timestamps: 1, stamped: { sequence: 3 }, problems: [] });

    const stamps = stampPath({ path: anchorPathOf(where) });
    const whole = readFileSync(stamps, 'utf8');
    const { anchor, token } = JSON.parse(whole) as { anchor: string; token: string };
    const bytes = Buffer.from(token, 'base64');
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    writeFileSync(stamps, `${JSON.stringify({ anchor, token: bytes.toString('base64') })}\n`);
    expect((await verified()).problems).toEqual([{ kind: 'timestamp-invalid', sequence: 3 }]);
    writeFileSync(stamps, `${JSON.stringify({ anchor: anchor.replace(/./, 'x'), token })}\n`);
    expect((await verified()).problems).toEqual([{ kind: 'timestamp-unmatched', sequence: 0 }]);
    writeFileSync(stamps, 'no stamp\n');
    expect((await verified()).problems).toEqual([{ kind: 'timestamp-damaged', sequence: 0 }]);
  });

  test.each([
    ['answers what another was asked', 'replay', 'ca.pem'],
    ['is not one that is trusted', 'answer', 'tsa-not.pem'],
    ['sends something else', 'garbage', 'ca.pem'],
    ['is away', 'away', 'ca.pem'],
  ] as const)('that %s fails, and nothing is kept', async (_how, mode, ca) => {
    const { where } = await anchoredLog();
    const stamping = stampingOf(where, await startAuthority(authority, mode), join(authority, ca));
    await stamping.stamp();
    expect(stamping.state()).toMatchObject({ failures: 1, lastSuccess: undefined });
    expect(() => readFileSync(stampPath({ path: anchorPathOf(where) }))).toThrow('ENOENT');
  });
});

async function anchoredLog(): Promise<{
  where: { dataDirectory: string; database: undefined };
  keys: MasterKeys;
}> {
  const where = { dataDirectory: temporaryDirectory(), database: undefined };
  const keys = await masterKeysOf();
  await addEntries(where, keys, 3);
  return { where, keys };
}

/** A syslog server over TLS that requires a certificate of its clients. */
async function startReceiver() {
  const folder = temporaryDirectory();
  const [server, authority, other] = await Promise.all([
    createServerPair(),
    createAuthority(),
    createServerPair(),
  ]);
  const client = await createClientPair({ name: 'auscult' }, authority);
  const path = (name: string, pair: Pair): string => {
    writePair(pair, join(folder, `${name}.pem`), join(folder, `${name}.key`));
    return join(folder, `${name}.pem`);
  };
  let received = '';
  const receiver = createTlsServer(
    { cert: server.cert, key: server.key, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      socket.on('error', () => undefined);
      socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    },
  );
  receiver.listen(0, '127.0.0.1');
  onTestFinished(() => void receiver.close());
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  return {
    settings: {
      auditSyslog: `tls://localhost:${port}`,
      auditSyslogCa: path('server', server),
      auditSyslogCertificate: path('client', client),
      auditSyslogKey: join(folder, 'client.key'),
    },
    otherCa: path('other', other),
    messages: () => unframed(received),
  };
}

/** Messages by the counts ahead of them: RFC 5425, 4.3. */
function unframed(text: string): readonly string[] {
  const messages: string[] = [];
  for (let rest = text; rest !== '';) {
    const [head = '', count = ''] = /^(\d+) /.exec(rest) ?? [];
    const end = head.length + Number(count);
    messages.push(rest.slice(head.length, end));
    rest = head === '' ? '' : rest.slice(end);
  }
  return messages;
}

function stampingOf(where: { dataDirectory: string }, url: string, ca: string) {
  const settings = { auditTimestampUrl: url, auditTimestampCa: ca, auditTimestampMinutes: 60 };
  const tracking = { onFailing: () => undefined, onRecovered: () => undefined };
  const stamping = stampAnchors(settings, anchorFile(anchorPathOf(where)), tracking);
  if (stamping === undefined) throw new Error('stamping is set');
  onTestFinished(() => {
    stamping.close();
  });
  return stamping;
}

/** A folder with the keys and certificates of an authority, and `tsa-not.pem`, which it is not under. */
function createTimestampAuthority(folder: string): string {
  const script = `
    set -e; cd ${folder}
    new() { openssl req "$@" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes; }
    new -x509 -keyout ca.key -out ca.pem -subj /CN=CA -days 30
    new -x509 -keyout not.key -out tsa-not.pem -subj /CN=CA -days 30
    new -keyout tsa.key -out tsa.csr -subj /CN=TSA
    printf 'extendedKeyUsage=critical,timeStamping\\nkeyUsage=critical,digitalSignature\\n' > extensions
    openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 30 -extfile extensions
    printf '[tsa]\\ndefault_tsa=t\\n[t]\\nserial=./serial\\nsigner_digest=sha256\\ndefault_policy=1.2.3.4\\ndigests=sha256\\ness_cert_id_alg=sha256\\n' > ts.cnf
    echo 01 > serial`;
  const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return folder;
}

/** Starts a time stamp authority that uses `openssl ts`, or answers wrongly. Returns its address. */
async function startAuthority(
  folder: string,
  mode: 'answer' | 'replay' | 'garbage' | 'away' = 'answer',
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const query = Buffer.concat(chunks);
      // The last byte of the nonce, ahead of the three bytes that ask for certificates.
      if (mode === 'replay') query[query.length - 4] = (query[query.length - 4] ?? 0) ^ 1;
      response.end(mode === 'garbage' ? 'no answer' : replyTo(query, folder));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  if (mode === 'away') server.close();
  else onTestFinished(() => void server.close());
  return `http://127.0.0.1:${port}`;
}

function replyTo(query: Buffer, folder: string): Buffer {
  const [asked, answered] = [join(folder, 'query'), join(folder, 'reply')];
  writeFileSync(asked, query);
  const flags = ['-config', 'ts.cnf', '-signer', 'tsa.pem', '-inkey', 'tsa.key', '-chain', 'ca.pem'];
  spawnSync('openssl', ['ts', '-reply', ...flags, '-queryfile', asked, '-out', answered], { cwd: folder });
  return readFileSync(answered);
}
