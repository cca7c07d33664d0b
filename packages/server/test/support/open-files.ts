import { readdir, readlink } from 'node:fs/promises';

/**
 * Files below `folder` that this process has open, named so that they can be opened again though their own names are
 * gone. Linux only.
 */
export async function openPathsUnder(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const descriptor of await readdir('/proc/self/fd')) {
    const path = `/proc/self/fd/${descriptor}`;
    const target = await readlink(path).catch(() => '');
    if (target.startsWith(`${folder}/`)) paths.push(path);
  }
  return paths;
}
