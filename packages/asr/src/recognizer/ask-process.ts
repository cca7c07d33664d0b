import { fork, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../child-environment.js';

/** Runs a module in a process of its own, for one question and its answer; `ended` if there is none. */
export function askProcess<Answer>(
  module: URL,
  question: object,
  ended: Answer,
  stderr: 'inherit' | 'ignore' = 'ignore',
): Promise<Answer> {
  const stdio: StdioOptions = ['ignore', 'ignore', stderr, 'ipc'];
  return new Promise((resolve) => {
    // Without the arguments of this process: a debugger's port would be taken already, and a program given by --eval is not
    // a file.
    const child = fork(fileURLToPath(module), [], {
      stdio,
      execArgv: [],
      env: childEnvironment('inference'),
    });
    child.on('message', (answer) => {
      resolve(answer as Answer);
    });
    child.on('exit', () => {
      resolve(ended);
    });
    child.on('error', () => undefined);
    child.send(question);
  });
}
