import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PEERS = new URL('../../peers/', import.meta.url);

/**
 * The Python that has the packages of the peers. Its environment is created on first use, which takes a minute and
 * reaches PyPI.
 */
export function peerPython(): string {
  return prepare([], 'inherit');
}

/** As `peerPython`, but creates nothing: undefined where there is no such environment yet. */
export function readyPeerPython(): string | undefined {
  try {
    return prepare(['--ready'], 'ignore');
  } catch {
    return undefined;
  }
}

/** Where a program of the peers lies. */
export function peerProgram(name: string): string {
  return fileURLToPath(new URL(name, PEERS));
}

function prepare(flags: readonly string[], stderr: 'inherit' | 'ignore'): string {
  return execFileSync(peerProgram('prepare.sh'), flags, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', stderr],
  }).trim();
}
