import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dashboards, deployPath } from './expressions.js';
import { programPath } from './proxies.js';

const program = programPath('promtool');
const promtoolMissing =
  program === undefined
    ? 'promtool is not installed (Debian: apt-get install prometheus); its tests are skipped.'
    : undefined;

describe.skipIf(promtoolMissing !== undefined)('Prometheus', () => {
  test('takes the rules, and the alerts fire when they should', { timeout: 240_000 }, () => {
    expect(promtool('check', 'rules', deployPath('prometheus/rules.yaml'))).toBe(0);
    expect(promtool('test', 'rules', deployPath('prometheus/rules.test.yaml'))).toBe(0);
  });

  test('takes the example of a configuration', () => {
    expect(promtool('check', 'config', '--syntax-only', deployPath('prometheus/prometheus.yaml'))).toBe(0);
  });

  test('takes the expressions of the dashboards', () => {
    const rules = [...dashboards().values()]
      .flatMap(({ panels }) => panels)
      .flatMap(({ targets }) => targets)
      .map(({ expr }, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m'),
      }));
    const folder = mkdtempSync(join(tmpdir(), 'auscult-panels-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'panels.yaml');
    // JSON is YAML, too.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    expect(promtool('check', 'rules', file)).toBe(0);
  });
});

if (promtoolMissing !== undefined) console.warn(promtoolMissing);

/** Runs promtool, and shows what it says if it finds something. */
function promtool(...args: readonly string[]): number | null {
  const { status, stdout, stderr } = spawnSync(program ?? '', args, { encoding: 'utf8' });
  if (status !== 0) console.error(stdout, stderr);
  return status;
}
