import { closeSync, openSync, statSync, writeSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Overwrites every page of an embedded database except the first, as a failing disk may. */
export function overwritePages(path: string): void {
  const file = openSync(path, 'r+');
  for (let at = PAGE_BYTES; at < statSync(path).size; at += PAGE_BYTES)
    writeSync(file, Buffer.alloc(PAGE_BYTES, 0x5a), 0, PAGE_BYTES, at);
  closeSync(file);
}
