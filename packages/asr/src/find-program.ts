import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The executable file that a command's name leads to; undefined if there is none that may be started. */
export async function findProgram(name: string): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of folders) {
    const path = join(folder, file);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
