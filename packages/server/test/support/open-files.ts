import { readdir, readlink } from 'node:fs/promises';

/**
 * Paths of the files below `folder` that this process has open. Files can be opened again by these paths even if they
 * have been removed. Linux only.
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
