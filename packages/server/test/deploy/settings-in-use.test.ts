import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DEBUG_VARIABLE,
  FILE_VARIABLE,
  loadConfig,
  MASTER_KEY_VARIABLE,
} from '../../src/config/load-config.js';
import { settings } from '../../src/config/settings.js';
import { loadMasterKeys } from '../../src/records/master-keys.js';
import { serverVersion } from '../../src/version.js';
import { compose, deployed, workloads, type Deployed } from './deployed-settings.js';
import { deployPath } from './expressions.js';

const opensslMissing =
  spawnSync('openssl', ['version']).status === 0
    ? undefined
    : 'openssl is not installed; the tests of secrets are skipped.';
if (opensslMissing !== undefined) console.warn(opensslMissing);

test('files of deploy/ name no variable that is not a setting', () => {
  const known = new Set([
    ...settings.map(({ variable }) => variable),
    FILE_VARIABLE,
    DEBUG_VARIABLE,
    MASTER_KEY_VARIABLE,
  ]);
  const unknown = filesIn(deployPath()).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/AUSCULT_\w+/g)]
      .filter(([name]) => !known.has(name))
      .map(([name]) => `${path}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

describe.skipIf(opensslMissing !== undefined)('with secrets that make-secrets.sh makes', () => {
  let made = '';
  beforeAll(() => {
    made = mkdtempSync(join(tmpdir(), 'auscult-secrets-'));
    for (const kind of ['compose', 'kubernetes'] as const)
      execFileSync(deployPath('make-secrets.sh'), [folderOf(kind), kind]);
  });
  afterAll(() => {
    rmSync(made, { recursive: true });
  });
  const folderOf = (kind: 'compose' | 'kubernetes'): string => join(made, kind);

  test.each(deployed().map((one) => [one.where, one] as const))(
    '%s starts with settings that fit',
    (_, one) => {
      const config = loadConfig({ flags: {}, environment: environmentOf(one) });
      expect(one.graceSeconds).toBeGreaterThan(config.drainSeconds);
      if (one.command === 'work' || one.where.startsWith('systemd')) return;
      expect(config).toMatchObject({ authentication: 'required', inference: 'cluster', records: 'on' });
      expect(config.database).toMatch(/^postgres:/);
      expect(config.trustedProxies).not.toEqual([]);
    },
  );

  const environmentOf = ({ where, environment }: Deployed) => {
    const folder = where.startsWith('compose') ? folderOf('compose') : folderOf('kubernetes');
    const placed = Object.entries(environment).map(([name, value]) => [
      name,
      // What the shell of whoever starts it may set.
      value.replace('/run/secrets', folder).replace(/^\$\{\w+:-(.*)\}$/, '$1'),
    ]);
    return Object.fromEntries(placed) as Record<string, string>;
  };

  test('keys can be used, nothing is made twice, and nobody else gets into the folder', async () => {
    const folder = folderOf('compose');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const masterKeyFile = join(folder, 'master.key');
    const keys = await loadMasterKeys(
      { masterKeyFile, masterKeyCommand: undefined, dataDirectory: folder },
      {},
    );
    expect(keys.all()).toHaveLength(1);
    expect(statSync(join(folder, 'access.key')).size).toBe(32);
    expect(spawnSync(deployPath('make-secrets.sh'), [folder, 'compose']).status).toBe(1);
    expect(spawnSync(deployPath('make-secrets.sh'), [`${folder}-other`, 'swarm']).status).toBe(1);
    expect(readdirSync(folderOf('kubernetes')).sort()).toEqual(readdirSync(folder).sort());
  });

  test('every secret that is mounted is made', () => {
    const there = readdirSync(folderOf('compose'));
    for (const [name, { file }] of Object.entries(compose().secrets)) {
      expect(there).toContain(name);
      expect(file).toBe(`./secrets/${name}`);
    }
    for (const { metadata, spec } of workloads()) {
      const mounted = spec.template.spec.volumes.flatMap(({ secret, projected }) => [
        ...(secret?.items ?? []),
        ...(projected?.sources ?? []).flatMap((source) => source.secret?.items ?? []),
      ]);
      for (const { key } of mounted)
        expect([metadata.name, there]).toEqual([metadata.name, expect.arrayContaining([key])]);
    }
  });
});

describe('everything that runs', () => {
  test('in compose.yaml has a read-only root, no capabilities but named ones, and a health check', () => {
    for (const [name, service] of Object.entries(compose().services))
      expect([name, service]).toEqual([
        name,
        expect.objectContaining({
          read_only: true,
          cap_drop: ['ALL'],
          healthcheck: expect.any(Object) as object,
        }),
      ]);
  });

  test('in Kubernetes fits the restricted profile', () => {
    const all = workloads();
    expect(all.map(({ metadata }) => metadata.name)).toEqual([
      'auscult-server',
      'auscult-inference',
      'auscult-nats',
      'auscult-postgres',
    ]);
    for (const { spec } of all) {
      const pod = spec.template.spec;
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        // Variables of services would be taken for settings.
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const { securityContext } of pod.containers)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  test('is this version', () => {
    const images = [
      ...Object.values(compose().services).map(({ image }) => image),
      ...workloads().flatMap(({ spec }) => spec.template.spec.containers.map(({ image }) => image)),
    ];
    const own = images.filter((image) => image.includes('auscult:'));
    expect(own).toHaveLength(5);
    for (const image of own)
      expect(image).toMatch(new RegExp(`^(\\$\\{IMAGE:-)?auscult:${serverVersion()}\\}?$`));
    const others = images.filter((image) => !own.includes(image));
    expect(others.length).toBeGreaterThan(3);
    // Whether there are such images, and what is in them, no test can tell: they are pinned, so that it does not change unseen.
    for (const image of others) expect(image).toMatch(/^[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    const overlay = readFileSync(deployPath('kubernetes/overlays/example/kustomization.yaml'), 'utf8');
    expect(overlay).toContain(`newTag: ${serverVersion()}\n`);
  });
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(deployPath('secrets')))
    .map(({ parentPath, name }) => join(parentPath, name));
}
