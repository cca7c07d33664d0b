import { askProcess } from './ask-process.js';

/** Whether the GPU can be used, and if not, what the runtime says is missing. */
export type FromProbe = { readonly usable: true } | { readonly usable: false; readonly reason: string };

/** Tries to open a graph on a CUDA device, in a separate process. */
export function probeCuda(): Promise<FromProbe> {
  const ended: FromProbe = { usable: false, reason: 'the CUDA runtime ended the process that tried it' };
  return askProcess(new URL('./probe-main.js', import.meta.url), {}, ended);
}
