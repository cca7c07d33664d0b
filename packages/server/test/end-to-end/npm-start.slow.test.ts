import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ownEnvironment } from '../support/real-server.js';
import { until } from '../support/until.js';

test('npm start forwards a signal to the server', async () => {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const npm = spawn('npm', ['start', '--', '--port', '0', '--workers', '1', '--log-format', 'json'], {
    cwd: root,
    env: ownEnvironment(),
  });
  let output = '';
  npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  onTestFinished(() => {
    npm.kill('SIGKILL');
  });
  await until(() => output.includes('"event":"ready"') || npm.exitCode !== null);
  npm.kill('SIGTERM');
  await once(npm, 'close');
  expect(output).toContain('"event":"stopped"');
});
