import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clipPath } from '../../../asr/test/clips/clips.js';
import { sdkPythons } from '../support/python.js';
import { spawnRealServer, type RealServer } from '../support/real-server.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const page = readFileSync(`${root}docs/compatibility.md`, 'utf8');

/** The documented lines of a language that send a recording. */
function linesIn(language: string): readonly string[] {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gmsu'))];
  return blocks.map(([, lines = '']) => lines).filter((lines) => lines.includes('visit.mp3'));
}

let server: RealServer;
beforeAll(async () => {
  server = await spawnRealServer('--workers', '1');
});
afterAll(() => {
  server.signal('SIGKILL');
});

/** Runs documented lines, with this server and a recording that is there. */
async function output(program: string, args: readonly string[], lines: string): Promise<string> {
  const here = lines
    .replaceAll('http://127.0.0.1:8000', server.url)
    .replaceAll('visit.mp3', clipPath('containers/speech.mp3'));
  const { stdout } = await run(program, [...args, here], {
    cwd: root,
    env: { ...process.env, AUSCULT_KEY: 'any' },
  });
  return stdout;
}

const SAID = /he was not an ill.disposed young man/iu;

test('the lines for curl work', async () => {
  const lines = linesIn('sh').flatMap((block) => block.trim().split('\n'));
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(await output('sh', ['-c'], line)).toMatch(SAID);
});

test('the lines for Node work', async () => {
  const programs = linesIn('js');
  expect(programs).toHaveLength(3);
  for (const program of programs)
    expect(await output(process.execPath, ['--input-type=module', '-e'], program)).toMatch(SAID);
});

const [python = { path: '', missing: 'there is no Python' }] = sdkPythons;

test.skipIf(python.missing !== undefined)(
  `the lines for Python work${python.missing === undefined ? '' : `: ${python.missing}`}`,
  async () => {
    const programs = linesIn('python');
    expect(programs).toHaveLength(3);
    for (const program of programs) expect(await output(python.path, ['-c'], program)).toMatch(SAID);
  },
);
