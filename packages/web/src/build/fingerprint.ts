import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { clientFolder, elementsFolder } from './package-folders.js';

/** Name of the file in the built folder that says what it was built from. */
export const STAMP = '.built-from';

/**
 * A hash over everything that the page is built from: the names, sizes and times of modification of the page, the
 * console, the builder, the bundled SDK and the elements, and the versions of all packages.
 */
export function fingerprint(packageFolder: string): string {
  const lock = join(packageFolder, '../../package-lock.json');
  const files = [
    ...filesBelow(join(packageFolder, 'src/page')),
    ...filesBelow(join(packageFolder, 'src/localize')),
    ...filesBelow(join(packageFolder, 'src/console')),
    ...filesBelow(join(packageFolder, 'dist/build')),
    ...filesBelow(join(clientFolder(), 'src')),
    ...filesBelow(join(clientFolder(), 'dist')),
    ...filesBelow(join(elementsFolder(), 'src')),
    join(elementsFolder(), 'build.mjs'),
    ...(existsSync(lock) ? [lock] : []),
  ].sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${String(size)}\0${String(mtimeMs)}\n`);
  }
  return hash.digest('hex');
}

/** Whether the folder was built from exactly these inputs. */
export function isBuiltFrom(folder: string, inputs: string): boolean {
  const stamp = join(folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map(({ parentPath, name }) => join(parentPath, name));
}
