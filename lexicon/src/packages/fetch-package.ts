import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PinnedPackage } from './pinned-packages.js';

/**
 * The archive of a pinned package. It is downloaded by the registry's own client, and only if `directory` does not
 * hold it yet.
 *
 * @throws if the client fails, or if the archive is not the pinned one
 */
export async function fetchPackage(pinned: PinnedPackage, directory: string): Promise<Uint8Array> {
  const folder = join(directory, `${pinned.name}-${pinned.version}`);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length === 0) await download(pinned, folder);
  const [file, ...others] = await readdir(folder);
  if (file === undefined || others.length > 0) {
    throw new Error(`${folder} must hold one archive. Delete the folder and run this again.`);
  }
  const archive = await readFile(join(folder, file));
  verifyArchive(pinned, archive);
  return archive;
}

/** @throws if the archive is not the pinned one */
function verifyArchive(pinned: PinnedPackage, archive: Uint8Array): void {
  const found = createHash('sha256').update(archive).digest('hex');
  if (found === pinned.sha256) return;
  throw new Error(
    `${pinned.name} ${pinned.version} has the sha256 ${found} in place of ${pinned.sha256}. ` +
      'Delete the download and run this again. If it stays so, the package is not the one that was reviewed.',
  );
}

async function download({ registry, name, version }: PinnedPackage, folder: string): Promise<void> {
  const [command, ...args] =
    registry === 'npm'
      ? ['npm', 'pack', '--silent', '--pack-destination', folder, `${name}@${version}`]
      : [
          'pip',
          'download',
          '--quiet',
          '--no-deps',
          '--only-binary',
          ':all:',
          '--dest',
          folder,
          `${name}==${version}`,
        ];
  await promisify(execFile)(command, args);
}
