import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// What a release needs beside changesets; see docs/releasing.md.
//
//     node release.js name-version [FOLDER]    has the files of FOLDER, by default deploy, name this version
//     node release.js check                    says what keeps the packages from being published

const [, , command, ...args] = process.argv;
const root = import.meta.dirname;

switch (command) {
  case 'name-version':
    nameVersion(args[0] ?? join(root, 'deploy'), version());
    break;
  case 'check':
    check();
    break;
  default:
    fail('Say name-version or check.');
}

/** Puts the version where files name that of the image. */
function nameVersion(/** @type {string} */ folder, /** @type {string} */ now) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    const text = readFileSync(path, 'utf8');
    const named = text.replace(/((?<![\w.])auscult:|newTag: |VERSION=)\d+\.\d+\.\d+(-[\w.]+)?/g, `$1${now}`);
    if (named !== text) writeFileSync(path, named);
  }
}

function version() {
  return manifest('server').version;
}

/** Provenance names a repository, and npm refuses a package that names another; and a runtime for this machine is packed. */
function check() {
  if (`${process.platform}-${process.arch}` !== 'linux-x64')
    fail('@auscult/onnxruntime would hold the runtime of this machine: release on Linux x64.');
  if (process.env['NPM_CONFIG_PROVENANCE'] === 'false') return;
  const without = readdirSync(join(root, 'packages')).filter(
    (name) => manifest(name).repository === undefined,
  );
  if (without.length > 0)
    fail(
      `Provenance needs the address of the repository: set "repository" in the package.json of ${without.join(', ')}, ` +
        'or set NPM_CONFIG_PROVENANCE=false for a registry without it.',
    );
  if (
    process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] === undefined &&
    process.env['SIGSTORE_ID_TOKEN'] === undefined
  )
    fail('Provenance needs a workflow with an identity token: see docs/releasing.md.');
}

/** @returns {{ version: string, repository?: unknown }} */
function manifest(/** @type {string} */ name) {
  return JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
}

/** @returns {never} */
function fail(/** @type {string} */ what) {
  console.error(what);
  process.exit(1);
}
