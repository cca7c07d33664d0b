import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { settingsEnvironment } from './target.js';
import { cliPath } from './cli-path.js';

/**
 * Runs the server's command line, as an operator would, and resolves with its output. Rejects if the command
 * fails.
 */
export async function runCli(args: readonly string[]): Promise<string> {
  const cli = cliPath();
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], {
    env: settingsEnvironment(),
    maxBuffer: 64 * 1024 ** 2,
  });
  return stdout;
}
