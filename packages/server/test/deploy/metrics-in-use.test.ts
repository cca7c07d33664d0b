import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { measureEvidence } from '../../src/telemetry/evidence-metrics.js';
import { measureExpiry } from '../../src/telemetry/expiry-metrics.js';
import { createMachineMetrics } from '../../src/telemetry/machine-metrics.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { measureVerification } from '../../src/verify/verification-metrics.js';
import { connect, connectOptedIn, silence } from '../support/client.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import {
  alertsThatFire,
  dashboards,
  expressions,
  groupingIn,
  prometheusRules,
  usesIn,
  valuesIn,
} from './expressions.js';

/** Labels that Prometheus adds to whatever it reads from a server. */
const TARGET_LABELS = ['job', 'instance'];

test('every metric, label and value that rules and dashboards ask for is one of a running server', async () => {
  const series = await seriesOfUsedServer();
  const declared = declaredLabels();
  const labelsOf = (metric: string): readonly string[] | undefined => {
    const found = series.get(metric);
    if (found === undefined) return undefined;
    const name = metric.replace(/_(bucket|sum|count)$/, '');
    return [...TARGET_LABELS, ...found.flatMap(Object.keys), ...(declared.get(name) ?? [])];
  };
  const wrong = expressions().flatMap(({ of, text, shown }) => {
    const uses = usesIn(text).filter(({ metric }) => !isOfPrometheus(metric));
    const absent = uses.filter(({ metric }) => labelsOf(metric) === undefined).map(({ metric }) => metric);
    const known = new Set(uses.flatMap(({ metric }) => labelsOf(metric) ?? TARGET_LABELS));
    const unknown = uses.flatMap(({ metric, labels }) =>
      labels.filter((label) => !labelsOf(metric)?.includes(label)).map((label) => `${metric}{${label}}`),
    );
    const groups =
      uses.length === 0 ? [] : [...groupingIn(text), ...shown].filter((label) => !known.has(label));
    return [...absent, ...unknown, ...groups].map((what) => `${of}: ${what}`);
  });
  expect(wrong).toEqual([]);
  const unseen = expressions().flatMap(({ of, text }) =>
    valuesIn(text)
      .filter(({ metric, label }) => !isOfPrometheus(metric) && !TARGET_LABELS.includes(label))
      .filter(({ metric, label, value }) => !hasValue(series.get(metric) ?? [], label, value))
      .map(({ metric, label, value }) => `${of}: ${metric}{${label}="${value}"}`),
  );
  expect(unseen).toEqual([]);
});

test('an expression is taken apart', () => {
  const text =
    'sum by (job, le) (rate(a_bucket{le="2", job=~"$job"}[1h])) / on (job) b:c > 2 * 86400 and time() - d{} < 1';
  expect(usesIn(text)).toEqual([
    { metric: 'a_bucket', labels: ['le', 'job'] },
    { metric: 'b:c', labels: [] },
    { metric: 'd', labels: [] },
  ]);
  expect(groupingIn(text)).toEqual(['job', 'le', 'job']);
  expect(valuesIn(text)).toContainEqual({ metric: 'a_bucket', label: 'le', value: '2' });
});

test('every alert names a runbook, which is there, and every runbook is of an alert', () => {
  const alerts = prometheusRules().filter(({ alert }) => alert !== undefined);
  const folder = new URL('../../../../docs/runbooks/', import.meta.url);
  const named = new Set<string>();
  for (const { alert = '', annotations, labels } of alerts) {
    expect([alert, labels?.severity]).toEqual([alert, expect.any(String)]);
    const [, page = ''] = /^docs\/runbooks\/([a-z-]+\.md)$/.exec(annotations?.runbook ?? '') ?? [];
    named.add(page);
    const path = fileURLToPath(new URL(page, folder));
    expect([alert, existsSync(path)]).toEqual([alert, true]);
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^# ${alert}\n`));
  }
  const pages = readdirSync(folder).filter((name) => name !== 'README.md');
  expect(pages.sort()).toEqual([...named].sort());
  const index = readFileSync(new URL('README.md', folder), 'utf8');
  for (const page of pages) expect(index).toContain(`](${page})`);
});

test('every alert is made to fire by the tests of the rules', () => {
  const fired = alertsThatFire();
  const alerts = new Set(prometheusRules().flatMap(({ alert }) => alert ?? []));
  expect([...fired].sort()).toEqual([...alerts].sort());
});

test('panels of a dashboard are numbered, and dashboards are told apart', () => {
  const all = [...dashboards().values()];
  expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
  for (const { panels } of all) expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

/** The labels of each series of a server that was used and of a machine, by the name of the metric; also of metrics that have none yet. */
async function seriesOfUsedServer(): Promise<
  ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>
> {
  const server = await startScriptedServer({ maxSessions: '1' });
  const client = await connectOptedIn(server.url);
  client.send(silence(0.5));
  await until(() => server.recognizer.streams.length === 1);
  const refused = await connect(server.url);
  await refused.closed;
  client.send({ type: 'stop' });
  await client.next('stopped');
  client.socket.close();
  await client.closed;
  await until(async () => (await server.metrics()).includes('auscult_disk_free_bytes{'));
  await until(async () => (await server.metrics()).includes('auscult_api_keys_expiring{'));
  const machine = createMachineMetrics({ status: () => undefined, isConnected: () => true }, {});
  const text = (await server.metrics()) + (await machine.registry.metrics());
  const series = new Map<string, Record<string, string>[]>();
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const parts = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const part of parts) series.set(name + part, []);
  }
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, key = '', value = '']) => [key, value] as const,
    );
    series.get(name)?.push(Object.fromEntries(pairs));
  }
  return series;
}

/** Labels of metrics of which a server that was not attacked, lost nothing, and has just started, has no series. */
function declaredLabels(): ReadonlyMap<string, readonly string[]> {
  const { registry, close } = createMetrics(() => undefined);
  close();
  measureEvidence(registry, () => ({ sinks: [], findings: [] }));
  measureExpiry(registry, {});
  measureVerification(registry, () => undefined);
  // The types do not say that a metric knows its labels.
  const metrics: readonly { readonly name: string; readonly labelNames?: readonly string[] }[] =
    registry.getMetricsAsArray();
  return new Map(metrics.map(({ name, labelNames = [] }) => [name, [...labelNames, 'le']]));
}

function hasValue(
  series: readonly Readonly<Record<string, string>>[],
  label: string,
  wanted: string,
): boolean {
  const pattern = new RegExp(`^(?:${wanted})$`);
  // A histogram that has counted nothing has no buckets yet.
  return label === 'le' ? true : series.some((labels) => pattern.test(labels[label] ?? ''));
}

const recorded = new Set(['up', ...prometheusRules().map(({ record }) => record)]);

/** Whether Prometheus itself makes it: from rules, or for each target. */
function isOfPrometheus(metric: string): boolean {
  return recorded.has(metric);
}
