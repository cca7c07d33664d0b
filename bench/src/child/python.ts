import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What needs Python packages: systems to compare with, and voices. */
export type PythonEnvironment = 'peers' | 'voices';

/** The Python that has the packages. Its environment is created on first use, which takes a minute and reaches PyPI. */
export function pythonOf(environment: PythonEnvironment): string {
  return prepare([environment], 'inherit');
}

/** As `pythonOf`, but creates nothing: undefined where there is no such environment yet. */
export function readyPythonOf(environment: PythonEnvironment): string | undefined {
  try {
    return prepare([environment, '--ready'], 'ignore');
  } catch {
    return undefined;
  }
}

/** Where a program of an environment lies. */
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
