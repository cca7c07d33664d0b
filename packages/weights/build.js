import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Puts the weights into `dist`, here and in `weights-tiny`. The packages that they come from are for browsers, and bring much
// that no server needs.

const HERE = import.meta.dirname;
const GRAPHS = ['encoder_model.onnx', 'decoder_model_merged.onnx'];
const TO = { base: join(HERE, 'dist'), tiny: join(HERE, '../weights-tiny/dist') };

for (const size of /** @type {const} */ (['base', 'tiny'])) {
  rmSync(TO[size], { recursive: true, force: true });
  const from = join(packageFolder('@usefulsensors/moonshine-js'), `dist/model/${size}/quantized`);
  copyFiles(from, GRAPHS, join(TO[size], 'moonshine', size));
}
copyFiles(join(packageFolder('@ricky0123/vad-web'), 'dist'), ['silero_vad_v6.onnx'], join(TO.base, 'silero'));

function copyFiles(
  /** @type {string} */ from,
  /** @type {readonly string[]} */ names,
  /** @type {string} */ to,
) {
  mkdirSync(to, { recursive: true });
  for (const name of names) copyFileSync(join(from, name), join(to, name));
}

/** Where a package is installed; the `exports` of these admit no path to it. */
function packageFolder(/** @type {string} */ name) {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const found = places.map((place) => join(place, name)).find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${name} is not installed: run npm ci`);
  return found;
}
