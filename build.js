import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

// Builds all packages, unless they were built from the same files before: the compiler takes several times as long to see it.

const ROOTS = ['packages', 'lexicon', 'bench', 'fuzz'];
const OTHER_INPUTS = ['build.js', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.json'];
/** Folders that whoever installs the server needs as well, and what of them only a checkout does. */
const PLACED_FOLDERS = ['deploy', 'docs'];
const OF_CHECKOUT = ['deploy/.gitignore', 'deploy/image', 'deploy/secrets'];
/** Folders that nothing is built from. */
const APART = [
  'node_modules',
  'dist',
  'test',
  'results',
  'corpus',
  'findings',
  'downloads',
  ...PLACED_FOLDERS,
];
/** Files that the build puts beside what it is built from. */
const PLACED = ['LICENSE', 'NOTICE.md', 'sbom.cdx.json'];
/** What is there after every build. */
const OUTPUTS = [
  'packages/server/dist/cli/main.js',
  'packages/web/dist/page/index.html',
  'packages/elements/dist/browser/auscult-elements.js',
  'packages/server/dist/bundle/main.js',
  'packages/server/sbom.cdx.json',
  'packages/weights/dist/silero/silero_vad_v6.onnx',
  'packages/weights-tiny/dist/moonshine/tiny/decoder_model_merged.onnx',
  'packages/onnxruntime/dist/lib/package.json',
];
const LAST_BUILD = 'node_modules/.cache/auscult-build';

process.chdir(import.meta.dirname);
const isComplete = OUTPUTS.every((path) => existsSync(path));
// Taken before the build, so that what changes during it is built the next time.
const state = stateOfInputs();
if (lastBuild() !== state || !isComplete) {
  // Without `--force`, the compiler takes what it built once to be there still.
  run('node_modules/typescript/bin/tsc', '-b', ...(isComplete ? [] : ['--force']));
  run('packages/weights/build.js');
  run('packages/onnxruntime/build.js');
  run('packages/elements/build.mjs');
  run('packages/web/dist/build/main.js');
  run('packages/server/dist/build/main.js');
  mkdirSync(dirname(LAST_BUILD), { recursive: true });
  writeFileSync(LAST_BUILD, state);
}

for (const folder of PLACED_FOLDERS) placeFolder(folder);

/** Copies a folder into the package of the server. An image is built without the documentation. */
function placeFolder(/** @type {string} */ folder) {
  const target = join('packages/server', folder);
  rmSync(target, { recursive: true, force: true });
  if (existsSync(folder))
    cpSync(folder, target, { recursive: true, filter: (path) => !OF_CHECKOUT.includes(path) });
}

/** A hash of the names, sizes and times of all files that the packages are built from. */
function stateOfInputs() {
  const hash = createHash('sha256');
  for (const path of [...OTHER_INPUTS, ...ROOTS.flatMap(filesBelow)]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function lastBuild() {
  try {
    return readFileSync(LAST_BUILD, 'utf8');
  } catch {
    return undefined;
  }
}

/** @returns {string[]} */
function filesBelow(/** @type {string} */ folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return isInput(entry.name) ? [path] : [];
    return entry.isDirectory() && !APART.includes(entry.name) ? filesBelow(path) : [];
  });
}

function isInput(/** @type {string} */ name) {
  return !name.endsWith('.tsbuildinfo') && !PLACED.includes(name);
}

/** Runs a program of Node, and ends with its status unless that is 0. */
function run(/** @type {string[]} */ ...program) {
  const { status } = spawnSync(process.execPath, program, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
