import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// Puts into `dist` what Linux needs of onnxruntime-node: its modules, and its libraries for one kind of processors. That is
// x64, which is published, unless this machine has another, for an image that is built on it.

const FROM = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const TO = join(import.meta.dirname, 'dist');
const LIBRARIES = 'bin/napi-v6/linux';

rmSync(TO, { recursive: true, force: true });
copyFiles(join(FROM, 'dist'), join(TO, 'lib'), (name) => name.endsWith('.js'));
// The modules find the libraries by where these are from them.
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
copyFiles(join(FROM, LIBRARIES, arch), join(TO, LIBRARIES, arch), () => true);
writeFileSync(join(TO, 'lib/package.json'), '{ "type": "commonjs" }\n');

function copyFiles(
  /** @type {string} */ from,
  /** @type {string} */ to,
  /** @type {(name: string) => boolean} */ isWanted,
) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter(isWanted)) copyFileSync(join(from, name), join(to, name));
}
