import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PACKAGES = ['protocol', 'asr', 'web', 'server'];

/**
 * The path of the built `auscult`. That is its bundle, of which a start takes half the processor time, unless a package
 * was compiled after it was made.
 */
export function auscultProgram(): string {
  const bundle = inPackage('server', 'dist/bundle/main.js');
  const compiled = PACKAGES.map((name) => changedAt(inPackage(name, 'tsconfig.tsbuildinfo')));
  const isNewest = changedAt(bundle) > Math.max(...compiled);
  return isNewest ? bundle : inPackage('server', 'dist/cli/main.js');
}

/** Milliseconds; 0 if there is no such file. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function inPackage(name: string, path: string): string {
  return fileURLToPath(new URL(`../../../${name}/${path}`, import.meta.url));
}
