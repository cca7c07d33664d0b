import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The sets of Python packages: for systems to compare with, and for voices. */
export type PythonEnvironment = 'peers' | 'voices';

/** The Python that has the packages. Its environment is created on first use, which takes a minute and reaches PyPI. */
export function pythonOf(environment: PythonEnvironment): string {
  return prepare([environment], 'inherit');
}

/** Like `pythonOf`, but creates nothing: undefined if there is no such environment yet. */
export function readyPythonOf(environment: PythonEnvironment): string | undefined {
  try {
    return prepare([environment, '--ready'], 'ignore');
  } catch {
    return undefined;
  }
}

/** The path of a program in an environment. */
export function pythonProgram(environment: PythonEnvironment, name: string): string {
  return fileURLToPath(new URL(`${environment}/${name}`, BENCH));
}

const BENCH = new URL('../../', import.meta.url);

function prepare(flags: readonly string[], stderr: 'inherit' | 'ignore'): string {
  return execFileSync(fileURLToPath(new URL('prepare-python.sh', BENCH)), flags, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', stderr],
  }).trim();
}
