import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { runServe } from '../support/real-server.js';

test('a port in use is told in one line', async () => {
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
  ['a value that is not allowed', ['--port', 'http'], '--port', '65535'],
  ['an address of another machine', ['--host', '192.0.2.1', '--insecure-network'], '192.0.2.1', '--host'],
  ['an open address without leave', ['--host', '0.0.0.0'], '--host', '--insecure-network'],
  [
    'a configuration file that is not there',
    ['--config', '/nonexistent.json'],
    '/nonexistent.json',
    '--config',
  ],
])('%s is told in one line', async (_name, flags, what, remedy) => {
  await expectRefused(flags, what, remedy);
});

test('an unknown variable is told in one line', async () => {
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
