import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

test('the example of the README prints what its comments say', async () => {
  const example = await readExample();
  const expected = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, printed]) => printed);

  const folder = await mkdtemp(join(tmpdir(), 'auscult-web-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = join(folder, 'example.mjs');
  await writeFile(program, example.replace('@auscult/web', import.meta.resolve('@auscult/web')));

  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(expected).not.toHaveLength(0);
  expect(stdout.trimEnd().split('\n')).toEqual(expected);
});

async function readExample(): Promise<string> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  return /```js\n([^]*?)```/.exec(readme)?.[1] ?? '';
}
