import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';

/** Runs the example of a README and expects it to print what its comments say. */
export async function expectWhatCommentsSay(readme: URL): Promise<void> {
  const example = await readExample(readme);
  const expected = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, printed]) => printed);
  const { stdout } = await runExample(example);
  expect(expected).not.toHaveLength(0);
  expect(stdout.trimEnd().split('\n')).toEqual(expected);
}

/** The first JavaScript, or code in another `language`, in a README behind `marker`, a piece of its text. */
export async function readExample(readme: URL, marker = '', language = 'js'): Promise<string> {
  const text = await readFile(readme, 'utf8');
  const from = text.indexOf(marker);
  if (from < 0) throw new Error(`there is no ${marker} in ${readme.pathname}`);
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(text.slice(from))?.[1] ?? '';
}

/** How an example is run. */
interface ExampleRun {
  readonly args?: readonly string[];
  /** Files that lie in its working directory, by name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program with the packages of this repository, and returns its output. Rejects if the program fails. */
export async function runExample(
  program: string,
  { args = [], files = {}, env }: ExampleRun = {},
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const folder = await mkdtemp(fileURLToPath(new URL('../../../../node_modules/.readme-', import.meta.url)));
  onTestFinished(() => rm(folder, { recursive: true }));
  const written = { ...files, 'example.mjs': program };
  for (const [name, content] of Object.entries(written)) await writeFile(join(folder, name), content);
  return promisify(execFile)(process.execPath, ['example.mjs', ...args], {
    cwd: folder,
    ...(env && { env }),
  });
}
