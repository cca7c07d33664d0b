import { cpSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { runServe } from '../support/real-server.js';

test('a port in use is reported in one line', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address ? String(address.port) : '';
  await expectRefused(['--port', port], `port ${port} is in use`, '--port');
});

test.each<[string, readonly string[], string, string]>([
  ['a cache folder that cannot be written', ['--cache-directory', '/dev/null/cache'], '/dev/null/cache', ''],
  ['a model that is not known', ['--model', 'moonshine-huge'], 'moonshine-huge', 'moonshine-base'],
  ['more processes than memory holds', ['--workers', '256'], '256 inference processes need', '--workers'],
  ['a value that is not allowed', ['--port', 'http'], '--port', '65535'],
  ['an address of another machine', ['--host', '192.0.2.1', '--insecure-network'], '192.0.2.1', '--host'],
  ['an open address without leave', ['--host', '0.0.0.0'], '--host', '--insecure-network'],
  [
    'a configuration file that is not there',
    ['--config', '/nonexistent.json'],
    '/nonexistent.json',
    '--config',
  ],
])('%s is reported in one line', async (_name, flags, what, remedy) => {
  await expectRefused(flags, what, remedy);
});

test('a cut model file is reported by name in one line', async () => {
  const installed = fileURLToPath(new URL('../../../weights-tiny/dist/moonshine/tiny', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'auscult-model-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  cpSync(installed, folder, { recursive: true });
  truncateSync(join(folder, 'decoder_model_merged.onnx'), 10_000_000);
  await expectRefused(
    ['--model', folder, '--cache-directory', folder],
    basename(folder),
    'auscult models list',
  );
});

test('an unknown variable is reported in one line', async () => {
  await expectRefused([], 'AUSCULT_PROT', 'AUSCULT_PORT', { AUSCULT_PROT: '1' });
});

async function expectRefused(
  flags: readonly string[],
  what: string,
  remedy: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { status, stderr } = await runServe(flags, environment);
  expect(stderr).toMatch(/^auscult: [^\n]*[.?]\n$/);
  expect(stderr).toContain(what);
  expect(stderr).toContain(remedy);
  expect(status).toBeOneOf([1, 2]);
}
