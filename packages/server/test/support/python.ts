import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Python with packages that a test needs. */
export interface PythonWith {
  /** Path of the interpreter. */
  readonly path: string;
  /** Why tests that need it are skipped; undefined if it is there. */
  readonly missing: string | undefined;
}

/**
 * The Python that a variable of the environment names, by default the one that `.ci/run` makes in the folder for temporary
 * files.
 *
 * @param packages what it must have, such as `openai==3.57.0`, or `numpy` of any version
 */
export function pythonWith(variable: string, folder: string, packages: readonly string[]): PythonWith {
  const path = process.env[variable] ?? join(tmpdir(), folder, 'bin', 'python');
  const check = packages
    .map((one) => one.split('=='))
    .map(([name = '', version = '']) => `assert version("${name}").startswith("${version}")`);
  const program = ['from importlib.metadata import version', ...check].join('; ');
  const isThere = spawnSync(path, ['-c', program]).status === 0;
  const list = packages.join(' ');
  return {
    path,
    missing: isThere
      ? undefined
      : `${path} has not ${list}: install them in a virtual environment, and name its Python in ${variable}`,
  };
}

/** Pythons with the SDKs of OpenAI and Deepgram: the newest, and older ones that many programs still use. */
export const sdkPythons: readonly (PythonWith & { readonly packages: string })[] = [
  sdkPython('PYTHON_SDKS', 'auscult-sdks', ['deepgram-sdk==7.17.0', 'openai==3.57.0']),
  sdkPython('PYTHON_OLD_SDKS', 'auscult-old-sdks', ['deepgram-sdk==3.11.0', 'openai==1.109.1']),
];

function sdkPython(...asked: Parameters<typeof pythonWith>) {
  return { ...pythonWith(...asked), packages: asked[2].join(', ') };
}
