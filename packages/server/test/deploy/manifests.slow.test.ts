import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pythonWith } from '../support/python.js';
import { manifests } from './deployed-settings.js';
import { deployPath } from './expressions.js';

const validator = pythonWith('PYTHON_KUBERNETES', 'auscult-kubernetes', ['kubernetes-validate']);
const kustomizeMissing = without('kubectl', 'the packages of Kubernetes; that of Debian 12 is too old');
const systemdMissing = without('systemd-analyze', 'Debian: apt-get install systemd');
for (const why of [validator.missing, kustomizeMissing, systemdMissing])
  if (why !== undefined) console.warn(why);

describe.skipIf(validator.missing !== undefined)('Kubernetes', () => {
  test('takes the manifests', () => {
    expect(run(validator.path, ['-m', 'kubernetes_validate', '--strict', '--quiet', ...manifests])).toBe('');
  });

  test.skipIf(kustomizeMissing !== undefined)('takes what the example makes of them', () => {
    const rendered = run('kubectl', ['kustomize', deployPath('kubernetes/overlays/example')]);
    expect(rendered).toContain('AUSCULT_ALLOWED_HOSTS: scribe.clinic.example');
    const file = join(temporaryFolder(), 'rendered.yaml');
    writeFileSync(file, rendered);
    expect(run(validator.path, ['-m', 'kubernetes_validate', '--strict', '--quiet', file])).toBe('');
  });
});

test.skipIf(systemdMissing !== undefined)('systemd takes the unit, which is exposed to little', () => {
  const unit = readFileSync(deployPath('systemd/auscult@.service'), 'utf8');
  const path = join(temporaryFolder(), 'auscult@serve.service');
  writeFileSync(path, unit.replace('/opt/auscult/node_modules/.bin/auscult', '/bin/true'));
  run('systemd-analyze', ['verify', path]);
  // Tenths of what `systemd-analyze security` calls exposure, of 10.
  const report = run('systemd-analyze', ['security', '--offline=true', '--no-pager', '--threshold=20', path]);
  expect(report).toMatch(/Overall exposure level for auscult@serve.service: 1\.\d OK/);
});

/** Runs a program that has to succeed. Returns its standard output. */
function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${stdout}${stderr}`);
  return stdout;
}

function without(program: string, source: string): string | undefined {
  return spawnSync(program, ['--help']).error === undefined
    ? undefined
    : `${program} is not installed (${source}); its tests are skipped.`;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-manifests-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}
