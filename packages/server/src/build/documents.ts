import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { billOfMaterials } from './bill-of-materials.js';

/** The packages of this repository that have its licence; others bring their own. */
const LICENSED = ['asr', 'client', 'elements', 'protocol', 'server', 'web'];
/** Those that hold work of others. */
const WITH_NOTICE = ['asr', 'server'];
/** What the bill of materials is made from. */
const SOURCES = ['package-lock.json', 'packages/server/package.json', 'packages/server/dist/build/main.js'];

/** Puts into the packages what they carry beside code: the licence, the notice, and the server's bill of materials. */
export function placeDocuments(root: string): void {
  for (const name of LICENSED) copyFileSync(join(root, 'LICENSE'), join(root, 'packages', name, 'LICENSE'));
  for (const name of WITH_NOTICE)
    copyFileSync(join(root, 'NOTICE.md'), join(root, 'packages', name, 'NOTICE.md'));
  const bill = join(root, 'packages/server/sbom.cdx.json');
  const newest = Math.max(...SOURCES.map((source) => changedAt(join(root, source))));
  if (changedAt(bill) > newest) return;
  writeFileSync(bill, `${JSON.stringify(billOfMaterials(root, 'packages/server'), null, 2)}\n`);
}

/** Milliseconds; 0 if there is no such file. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
