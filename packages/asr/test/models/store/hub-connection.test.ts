import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SpeechError } from '../../../src/speech-error.js';
import { installVariant } from '../../../src/models/store/install-variant.js';
import { expectRefusal } from './expect-refusal.js';
import { startHub } from './hub.js';
import { ENCODER, makeFixture, makeFolder, REPOSITORY } from './store-fixture.js';

const TOKEN = 'hf_secretsecretsecret';

describe('a token', () => {
  test('is asked for where a hub refuses, without a second try', async () => {
    const fixture = await makeFixture();
    fixture.hub.token = TOKEN;
    await expectRefusal(installVariant(fixture.unpinned, 'int8', fixture.open()), {
      code: 'unauthorised',
      message: [REPOSITORY],
      remedy: ['HF_TOKEN'],
    });
    expect(fixture.hub.requests).toHaveLength(1);
  });

  test('that does not fit is refused, and not repeated in the error', async () => {
    const fixture = await makeFixture();
    fixture.hub.token = 'hf_another';
    const environment = { HF_ENDPOINT: fixture.hub.endpoint, HF_TOKEN: TOKEN };
    const error: unknown = await installVariant(
      fixture.unpinned,
      'int8',
      fixture.open({ environment }),
    ).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unauthorised' });
    const { message, remedy, stack } = error as SpeechError;
    expect(`${message} ${remedy} ${stack ?? ''} ${JSON.stringify(error)}`).not.toContain(TOKEN);
  });

  test('authenticates to the hub, and is not sent to a redirect target', async () => {
    const fixture = await makeFixture();
    const cdn = await startHub(fixture.content);
    onTestFinished(() => cdn.close());
    fixture.hub.token = TOKEN;
    const file = `/${REPOSITORY}/resolve/${fixture.content.revision}/${ENCODER}`;
    fixture.hub.faults.set(ENCODER, [{ kind: 'redirect', to: `${cdn.endpoint}${file}` }]);
    const environment = { HF_ENDPOINT: fixture.hub.endpoint, HF_TOKEN: TOKEN };
    await installVariant(fixture.pinned, 'int8', fixture.open({ environment }));
    expect(fixture.hub.requests.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(
      true,
    );
    expect(cdn.requests).toHaveLength(1);
    expect(cdn.requests[0]?.headers.authorization).toBeUndefined();
  });
});

describe('a redirect', () => {
  test('that has expired is requested anew', async () => {
    const fixture = await makeFixture();
    const cdn = await startHub(fixture.content);
    onTestFinished(() => cdn.close());
    const to = `${cdn.endpoint}/${REPOSITORY}/resolve/${fixture.content.revision}/${ENCODER}`;
    fixture.hub.faults.set(ENCODER, [
      { kind: 'redirect', to },
      { kind: 'redirect', to },
    ]);
    cdn.faults.set(ENCODER, [{ kind: 'status', status: 403 }]);
    await installVariant(fixture.pinned, 'int8', fixture.open());
    expect(cdn.requests).toHaveLength(2);
  });

  test('in a loop is given up', async () => {
    const fixture = await makeFixture();
    const to = `/${REPOSITORY}/resolve/${fixture.content.revision}/${ENCODER}`;
    fixture.hub.faults.set(
      ENCODER,
      Array.from({ length: 20 }, () => ({ kind: 'redirect', to }) as const),
    );
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open()), {
      code: 'download_failed',
      message: ['loop'],
      remedy: ['HF_ENDPOINT'],
    });
    expect(fixture.hub.timesAsked(ENCODER)).toBe(6);
  });
});

describe('a proxy', () => {
  test('is used, but not for hosts that NO_PROXY names', async () => {
    const fixture = await makeFixture();
    const proxy = await startProxy();
    const environment = { HF_ENDPOINT: fixture.hub.endpoint, HTTP_PROXY: proxy.url };
    await installVariant(fixture.pinned, 'int8', fixture.open({ environment }));
    expect(proxy.targets()).toContain(new URL(fixture.hub.endpoint).host);

    const before = proxy.targets().length;
    const directory = await makeFolder();
    const direct = fixture.open({ environment: { ...environment, NO_PROXY: '127.0.0.1' } });
    await installVariant(fixture.pinned, 'int8', { ...direct, directory });
    expect(proxy.targets()).toHaveLength(before);
  });

  test('that is no address is reported by the name of its variable', async () => {
    const fixture = await makeFixture();
    const environment = { HF_ENDPOINT: fixture.hub.endpoint, HTTPS_PROXY: 'not an address' };
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open({ environment })), {
      code: 'network_unavailable',
      message: ['HTTPS_PROXY'],
      remedy: ['http://'],
    });
  });
});

test('an endpoint that is no address is reported by the name of its variable', async () => {
  const fixture = await makeFixture();
  const store = fixture.open({ environment: { HF_ENDPOINT: 'huggingface' } });
  await expectRefusal(installVariant(fixture.pinned, 'int8', store), {
    code: 'network_unavailable',
    message: ['HF_ENDPOINT'],
    remedy: ['https://'],
  });
});

describe('a certificate of an unknown authority', () => {
  test('is refused at once, and trusted where SSL_CERT_FILE names it', async ({ skip }) => {
    const tls = await makeCertificate();
    if (!tls) return skip('there is no openssl to make a certificate with');
    const fixture = await makeFixture();
    const hub = await startHub(fixture.content, tls);
    onTestFinished(() => hub.close());
    const environment = { HF_ENDPOINT: hub.endpoint };
    await expectRefusal(installVariant(fixture.pinned, 'int8', fixture.open({ environment })), {
      code: 'network_unavailable',
      message: ['certificate'],
      remedy: ['NODE_EXTRA_CA_CERTS'],
    });
    expect(fixture.progress).toEqual([]);
    await installVariant(
      fixture.pinned,
      'int8',
      fixture.open({ environment: { ...environment, SSL_CERT_FILE: tls.file } }),
    );
    expect(hub.timesAsked(ENCODER)).toBe(1);
  });
});

/** A proxy that opens tunnels, and remembers where to. */
async function startProxy(): Promise<{ readonly url: string; readonly targets: () => readonly string[] }> {
  const targets: string[] = [];
  const server = createServer();
  server.on('connect', (request: IncomingMessage, client) => {
    const target = request.url ?? '';
    targets.push(target);
    const { hostname, port } = new URL(`http://${target}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) socket.on('error', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, targets: () => targets };
}

/** A key and a certificate of `localhost` that signs itself. */
async function makeCertificate() {
  const folder = await makeFolder();
  const keyFile = path.join(folder, 'key.pem');
  const file = path.join(folder, 'certificate.pem');
  const config = path.join(folder, 'openssl.cnf');
  await writeFile(config, '[req]\ndistinguished_name=name\n[name]\n');
  try {
    await promisify(execFile)('openssl', [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-config', config, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ...['-keyout', keyFile, '-out', file],
    ]);
  } catch {
    return undefined;
  }
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(file, 'utf8'), file };
}
