import type { ServerCommand } from '../server/target.js';
import { pythonOf, pythonProgram } from '../child/python.js';

/**
 * The command of a server that puts fixed chunks of 2 s through faster-whisper tiny.en.
 *
 * @param workers chunks that are recognised at the same time
 */
export function chunkedWhisperCommand(workers: number): ServerCommand {
  return {
    program: pythonOf('peers'),
    args: (port) => [
      pythonProgram('peers', 'chunked_whisper.py'),
      '--port',
      String(port),
      '--workers',
      String(workers),
    ],
    readyPath: '/health',
    readyWithinSeconds: 120,
  };
}
