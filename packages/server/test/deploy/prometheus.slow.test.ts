import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { runCli } from '../cli/run-cli.js';
import { connectOptedIn } from '../support/client.js';
import { temporaryDirectory } from '../support/databases.js';
import { freePort } from '../support/free-port.js';
import { startRealServer } from '../support/real-server.js';
import { spawnOwned } from '../support/spawn-owned.js';
import { loadSpeech, speak } from '../support/speech.js';
import { until } from '../support/until.js';
import { clipFile, ended, submit } from '../support/upload.js';
import { dashboards, deployPath } from './expressions.js';
import { missing, programPath } from './proxies.js';

const why = missing('prometheus');
if (why !== undefined) console.warn(why);

/** Panels that show nothing of a server to which nothing bad has happened and that works alone, or was just started. */
const OF_WHAT_DID_NOT_HAPPEN = [
  'Errors sent to clients',
  'Reading paused',
  'Problems',
  'Work of machines that infer',
  'Time of a job at a machine',
  'Anchors that are not taken',
  'Last anchor',
  'Last whole verification',
  'Verified',
  'Certificates and credentials',
];

test.skipIf(why !== undefined)(
  'Prometheus reads a server to which people speak: panels show it, rules can be evaluated, an alert fires',
  { timeout: 240_000 },
  async () => {
    const storage = ['--data-directory', temporaryDirectory()];
    expect(
      await runCli(['keys', 'create', '--role', 'service', '--expires-in-days', '3', ...storage]),
    ).toMatchObject({ status: 0 });
    const server = await startRealServer('--workers', '1', '--model', 'moonshine-tiny', ...storage);
    const prometheus = await startPrometheus(server.url);
    await until(async () => (await prometheus.ask('auscult_sessions')).length > 0);

    const speech = await loadSpeech('dictation/joe_s003');
    const { id } = await submit(server.url, await clipFile());
    await Promise.all([speakOnce(server.url, speech.pcm), speakOnce(server.url, speech.pcm)]);
    expect((await ended(server.url, id)).status).toBe('done');
    const hasSeen = async (query: string): Promise<boolean> =>
      (await prometheus.ask(query)).some(({ value }) => Number(value[1]) > 0);
    await until(() => hasSeen('increase(auscult_final_delay_seconds_count[1m])'));
    // A series that was not there before has no rate until it is read twice.
    await until(() => hasSeen('count_over_time(auscult_transcribed_seconds_total[1m]) > 1'));

    const empty = new Set<string>();
    for (const { panels } of dashboards().values())
      for (const { title, targets } of panels) {
        const shown = await Promise.all(targets.map(({ expr }) => prometheus.ask(inPrometheus(expr))));
        if (targets.length > 0 && shown.every((series) => series.length === 0)) empty.add(title);
      }
    expect([...empty].filter((title) => !OF_WHAT_DID_NOT_HAPPEN.includes(title))).toEqual([]);

    await until(async () => (await prometheus.alerts()).length > 0);
    expect(await prometheus.alerts()).toMatchObject([
      {
        labels: { alertname: 'AuscultKeysExpire', job: 'auscult', severity: 'warning' },
        annotations: {
          summary: '1 API keys expire within a week.',
          runbook: 'docs/runbooks/keys-expire.md',
        },
        state: 'firing',
      },
    ]);
    expect(await prometheus.unhealthyRules()).toEqual([]);
  },
);

async function speakOnce(url: string, pcm: Uint8Array): Promise<void> {
  const client = await connectOptedIn(url);
  await speak(client, pcm, 4);
  client.send({ type: 'stop' });
  await client.next('stopped');
  client.socket.close(1000);
  await client.closed;
}

/** As Grafana would ask, with all servers chosen. */
function inPrometheus(expression: string): string {
  return expression
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$job', 'auscult.*')
    .replaceAll('$instance', '.*');
}

const vector = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
        state: z.string(),
      }),
    ),
  }),
});
const rules = z.object({
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), health: z.string() })) })),
  }),
});

/** Starts Prometheus with the rules of `deploy`, reading one server. */
async function startPrometheus(target: string) {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-prometheus-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'prometheus.yml');
  // JSON is YAML, too.
  writeFileSync(
    file,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [deployPath('prometheus/rules.yaml')],
      scrape_configs: [{ job_name: 'auscult', static_configs: [{ targets: [new URL(target).host] }] }],
    }),
  );
  const port = await freePort();
  const flags = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const child = spawnOwned(
    [programPath('prometheus') ?? '', ...flags, `--web.listen-address=127.0.0.1:${port}`],
    { cwd: folder },
  );
  let output = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  onTestFinished(() => void child.kill('SIGKILL'));
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${output}`);
    return get('/-/ready').then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    /** The answer to a query; fails if it cannot be asked. */
    ask: async (query: string) => {
      const answer = await get(`/api/v1/query?query=${encodeURIComponent(query)}`);
      if (!answer.ok) throw new Error(`${query}: ${await answer.text()}`);
      return vector.parse(await answer.json()).data.result;
    },
    alerts: async () => alerts.parse(await (await get('/api/v1/alerts')).json()).data.alerts,
    unhealthyRules: async () => {
      const { data } = rules.parse(await (await get('/api/v1/rules')).json());
      return data.groups.flatMap((group) => group.rules).filter(({ health }) => health === 'err');
    },
  };
}
