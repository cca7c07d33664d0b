import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Whether the GPU can be used, and what the runtime says is missing otherwise. */
export type FromProbe = { readonly usable: true } | { readonly usable: false; readonly reason: string };

/** Tries, in a process of its own, to open a graph on a CUDA device. */
export function probeCuda(): Promise<FromProbe> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL('./probe-main.js', import.meta.url)), [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Not those of this process: a debugger's port is taken, and a program given by --eval is no file.
      execArgv: [],
    });
    child.on('message', (answer) => {
      resolve(answer as FromProbe);
    });
    child.on('exit', () => {
      resolve({ usable: false, reason: 'the CUDA runtime ended the process that tried it' });
    });
    child.on('error', () => undefined);
    child.send('probe');
  });
}
