import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { ownEnvironment } from './real-server.js';
import { spawnOwned } from './spawn-owned.js';
import { until } from './until.js';

/** `auscult work` in a process of its own. */
export interface InferenceMachine {
  readonly pid: number;
  /** Standard output and error so far. */
  readonly output: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly exited: Promise<number | undefined>;
}

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts a machine with one inference process and waits until that is warm; it is killed when the test ends. */
export async function startMachine(...flags: readonly string[]): Promise<InferenceMachine> {
  const common = ['--log-format', 'json', '--log-level', 'debug', '--workers', '1'];
  const child = spawnOwned([process.execPath, main, 'work', ...common, ...flags], { env: ownEnvironment() });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | undefined>((resolve) => {
    child.once('exit', (status) => {
      resolve(status ?? undefined);
    });
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the machine did not start: ${output}`);
    return output.includes('"event":"worker ready"');
  });
  return {
    pid: Number(child.pid),
    output: () => output,
    signal: (signal) => child.kill(signal),
    exited,
  };
}
