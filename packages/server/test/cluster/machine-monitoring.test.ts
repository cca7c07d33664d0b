import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { checkRunning } from '../../src/cli/doctor-checks/running-server.js';
import type { MachineStatus } from '../../src/cluster/inference/inference-machine.js';
import { openMachineMonitoring, type MachinePhase } from '../../src/cluster/inference/machine-monitoring.js';
import { parseListenAddress } from '../../src/config/listen-address.js';
import { createMachineMetrics } from '../../src/telemetry/machine-metrics.js';
import { runCli } from '../cli/run-cli.js';

test('a machine that infers tells whether it is live and ready, as a server does', async () => {
  const { url, monitoringAddress, become } = await monitored();
  const place = { host: '127.0.0.1', port: 1, tlsCertificate: undefined, monitoringAddress };
  for (const phase of ['starting', 'away', 'draining'] as const) {
    become(phase);
    expect(await checkRunning(place, 'live')).toMatchObject({ state: 'ok' });
    expect(await checkRunning(place, 'ready')).toMatchObject({ state: 'failed' });
  }
  expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({ error: { code: 'draining' } });
  become('ready');
  expect(await checkRunning(place, 'ready')).toMatchObject({ state: 'ok' });
});

test('a machine that infers has metrics of its processes, and nothing else', async () => {
  const { url, metrics } = await monitored();
  metrics.onJobDone(0.2);
  metrics.onRecognizerEvent({ kind: 'worker-exited', worker: 0, pid: 1, reason: 'crash' });
  const text = await (await fetch(`${url}/metrics`)).text();
  for (const line of [
    'auscult_machine_workers{state="ready"} 1',
    'auscult_machine_jobs 3',
    'auscult_machine_servers 2',
    'auscult_machine_job_seconds_count 1',
    'auscult_worker_exits_total{reason="crash"} 1',
    'auscult_degraded{problem="cluster-away"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/^auscult_heap_limit_bytes \d/m);
  expect((await fetch(`${url}/api/v1`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
});

test('an address that is taken ends the start, and is named', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const flags = ['--cluster', 'nats://127.0.0.1:9', '--monitoring-address', `127.0.0.1:${port}`];
  const { status, stderr } = await runCli(['work', ...flags]);
  expect([status, stderr]).toEqual([2, expect.stringContaining('monitoringAddress cannot be listened on')]);
});

test('a server refuses an address for monitoring, since it answers at its own port', async () => {
  const { status, stderr } = await runCli(['serve', '--monitoring-address', '127.0.0.1:0']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('monitoringAddress is for `auscult work`')]);
});

test.each([
  ['127.0.0.1:9100', { host: '127.0.0.1', port: 9100 }],
  ['[::]:0', { host: '::', port: 0 }],
  ['inference-1.clinic.example:80', { host: 'inference-1.clinic.example', port: 80 }],
  ['9100', undefined],
  ['::1:9100', undefined],
  ['127.0.0.1:65536', undefined],
  ['http://127.0.0.1:9100', undefined],
])('%s is read as where to listen', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

async function monitored() {
  let phase: MachinePhase = 'starting';
  const worker = { pid: 1, state: 'ready', residentBytes: 0, restarts: 0, jobs: 0 } as const;
  const status: MachineStatus = { workers: [worker], jobs: 3, servers: 2, isStopping: false };
  const metrics = createMachineMetrics({ status: () => status, isConnected: () => false }, {});
  const { url, close } = await openMachineMonitoring(
    { host: '127.0.0.1', port: 0 },
    { phase: () => phase, registry: metrics.registry },
  );
  onTestFinished(close);
  const become = (next: MachinePhase): void => {
    phase = next;
  };
  return { url, monitoringAddress: new URL(url).host, metrics, become };
}
