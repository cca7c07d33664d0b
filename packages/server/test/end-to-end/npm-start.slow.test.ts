import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ownEnvironment } from '../support/real-server.js';
import { until } from '../support/until.js';
import { clipFile, ended, result, submit } from '../support/upload.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Runs `npm start` until the server is ready. */
async function npmStart() {
  const npm = spawn('npm', ['start', '--', '--port', '0', '--workers', '1', '--log-format', 'json'], {
    cwd: ROOT,
    env: ownEnvironment(),
  });
  onTestFinished(async () => {
    // Killed, it could not forward the signal, and the server would live on.
    if (npm.kill('SIGTERM')) await once(npm, 'close');
  });
  let output = '';
  npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const events = () =>
    output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Event] : []));
  const find = (wanted: string) => events().find(({ event }) => event === wanted);
  await until(() => (find('ready') && find('listening')) !== undefined || npm.exitCode !== null);
  return { npm, url: find('listening')?.url ?? '', worker: find('worker ready')?.pid ?? 0, find };
}

interface Event {
  readonly event: string;
  readonly url?: string;
  readonly pid?: number;
}

test('npm start forwards a signal to the server', async () => {
  const { npm, find } = await npmStart();
  npm.kill('SIGTERM');
  await once(npm, 'close');
  expect(find('stopped')).toBeDefined();
});

test('the server of npm start runs from a few files, serves the page, and transcribes', async () => {
  const { url, worker } = await npmStart();
  // The processes that it starts are found from where it was bundled to, bundled or not.
  expect(readFileSync(`/proc/${worker}/cmdline`, 'utf8')).toContain('dist/bundle/worker-main.js');
  expect(await (await fetch(url)).text()).toContain('<html');
  const { id } = await submit(url, await clipFile());
  expect(await ended(url, id)).toMatchObject({ status: 'done' });
  expect(await (await result(url, id, '?format=text')).text()).toMatch(/\w+ \w+ \w+/);
});
