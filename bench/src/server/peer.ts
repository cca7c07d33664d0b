import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ServerCommand } from './target.js';

const PEERS = new URL('../../peers/', import.meta.url);

/**
 * The command of the peer: fixed chunks of 2 s through faster-whisper tiny.en. Its Python environment is created
 * on first use, which takes a minute and reaches PyPI.
 *
 * @param workers chunks that are recognised at the same time
 */
export function peerCommand(workers: number): ServerCommand {
  const python = execFileSync(fileURLToPath(new URL('prepare.sh', PEERS)), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  return {
    program: python,
    args: (port) => [
      fileURLToPath(new URL('chunked_whisper.py', PEERS)),
      '--port',
      String(port),
      '--workers',
      String(workers),
    ],
    readyPath: '/health',
    readyWithinSeconds: 120,
  };
}
