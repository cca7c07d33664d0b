import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectOptedIn } from '../support/client.js';
import { freePort } from '../support/free-port.js';
import { startMachine } from '../support/inference-machine.js';
import { natsMissing } from '../support/nats.js';
import { startRealServer } from '../support/real-server.js';
import { spawnOwned } from '../support/spawn-owned.js';
import { loadSpeech, speak } from '../support/speech.js';
import { until } from '../support/until.js';
import { clipFile, ended, result, submit } from '../support/upload.js';
import { deployPath } from './expressions.js';
import { programPath } from './proxies.js';

const natsServer = programPath('nats-server') ?? '';
if (natsMissing !== undefined) console.warn(natsMissing);

describe.skipIf(natsMissing !== undefined)('NATS as deploy/ sets it up', () => {
  test(
    'lets servers and machines do what they need, over TLS, with the passwords that are made',
    { timeout: 240_000 },
    async () => {
      const { port, secrets } = await startNats();
      const flagsOf = (name: string) => [
        ...['--config', name, '--cluster-tls-ca', join(secrets, 'ca.pem')],
        ...['--cluster-patience-seconds', '60'],
      ];
      const configOf = (name: 'server' | 'work'): string => {
        const file = JSON.parse(readFileSync(join(secrets, `${name}.json`), 'utf8')) as { cluster: string[] };
        const path = join(secrets, `${name}-here.json`);
        const cluster = file.cluster.map((url) => url.replace('nats:4222', `localhost:${port}`));
        writeFileSync(path, JSON.stringify({ cluster }));
        return path;
      };
      const [server, machine] = await Promise.all([
        startRealServer(
          ...flagsOf(configOf('server')),
          '--inference',
          'cluster',
          '--server-name',
          'server-1',
        ),
        startMachine(...flagsOf(configOf('work')), '--monitoring-address', '127.0.0.1:0'),
      ]);
      const [, monitoring = ''] = /"url":"([^"]+)"/.exec(machine.output()) ?? [];
      await until(async () => (await fetch(`${monitoring}/health/ready`)).ok);
      const { id } = await submit(server.url, await clipFile());
      expect((await ended(server.url, id)).status).toBe('done');
      const text = await (await result(server.url, id, '?format=text')).text();
      expect(text.length).toBeGreaterThan(10);

      const client = await connectOptedIn(server.url);
      const { pcm } = await loadSpeech('dictation/joe_s003');
      await speak(client, pcm, 20);
      client.send({ type: 'stop' });
      await client.next('stopped');
      expect(client.all('transcription').some(({ isFinal }) => isFinal)).toBe(true);
      const metrics = await (await fetch(`${monitoring}/metrics`)).text();
      expect(metrics).toMatch(/^auscult_machine_job_seconds_count [1-9]/m);
      expect(metrics).toMatch(/^auscult_machine_servers 1$/m);
      expect(metrics).toMatch(/^auscult_expiry_timestamp_seconds\{setting="clusterTlsCa"\} \d/m);
      for (const output of [server.output(), machine.output()]) {
        expect(output).not.toMatch(/permission/i);
        expect(output).not.toContain('"level":"error"');
      }
    },
  );

  test('takes the configuration for Kubernetes', async () => {
    const { folder } = await makeFolder('kubernetes/base/nats.conf', 'kubernetes');
    const { status, stderr } = spawnSync(natsServer, ['-t', '-c', join(folder, 'nats.conf')], {
      encoding: 'utf8',
      env: { ...process.env, POD_NAME: 'auscult-nats-0' },
    });
    expect([status, stderr]).toEqual([0, expect.stringContaining('is valid')]);
  });
});

/** Starts NATS with `deploy/nats/nats.conf` on a free port of loopback, until the test ends. */
async function startNats() {
  const { folder, port, secrets } = await makeFolder('nats/nats.conf', 'compose');
  const child = spawnOwned([natsServer, '-c', join(folder, 'nats.conf')], { cwd: folder });
  let output = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`nats-server ended: ${output}`);
    return isListening(port);
  });
  return { port, secrets };
}

/** A folder with secrets and a configuration of NATS, changed only in where things are. */
async function makeFolder(configuration: string, kind: 'compose' | 'kubernetes') {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-nats-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const secrets = join(folder, 'secrets');
  execFileSync(deployPath('make-secrets.sh'), [secrets, kind]);
  cpSync(deployPath('nats/permissions.conf'), join(folder, 'permissions.conf'));
  cpSync(join(secrets, 'nats-passwords.conf'), join(folder, 'nats-passwords.conf'));
  const port = await freePort();
  const text = readFileSync(deployPath(configuration), 'utf8')
    .replaceAll('/run/secrets', secrets)
    .replace('store_dir: /data', `store_dir: "${join(folder, 'jetstream')}"`)
    .replace('0.0.0.0:4222', `127.0.0.1:${port}`)
    .replace('127.0.0.1:8222', `127.0.0.1:${await freePort()}`);
  writeFileSync(join(folder, 'nats.conf'), text);
  return { folder, port, secrets };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
