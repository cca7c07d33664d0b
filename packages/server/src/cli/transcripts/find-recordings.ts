import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { isRecording } from '@auscult/asr';

/** Names standard input on the command line. */
export const STANDARD_INPUT = '-';

/** A recording to be transcribed. */
export interface FoundRecording {
  /** A path, or `-`. */
  readonly path: string;
  /** Where its transcript belongs within an output folder, still with the recording's own extension. */
  readonly outputName: string;
}

/**
 * All recordings that the arguments name, in their order, those of a folder by name. In folders, which are searched
 * recursively, files count that have an audio extension or hold audio under any name, except hidden ones. Files named
 * explicitly are not judged here.
 */
export async function findRecordings(paths: readonly string[]): Promise<FoundRecording[]> {
  const found: FoundRecording[] = [];
  for (const path of paths) {
    if (path === STANDARD_INPUT) found.push({ path, outputName: 'stdin' });
    else if (await isFolder(path)) found.push(...(await findInFolder(path)));
    else found.push({ path, outputName: basename(path) });
  }
  return found;
}

const AUDIO_EXTENSIONS: ReadonlySet<string> = new Set(
  '.wav .wave .flac .mp3 .mp2 .ogg .oga .opus .m4a .m4b .mp4 .mov .mkv .mka .webm .aac .ac3 .amr .aif .aiff .au .caf .wma .3gp'.split(
    ' ',
  ),
);

async function isFolder(path: string): Promise<boolean> {
  // A path that does not exist is reported like any other recording that cannot be opened.
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function findInFolder(folder: string): Promise<FoundRecording[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => !name.split(/[/\\]/).some((part) => part.startsWith('.')))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const found: FoundRecording[] = [];
  for (const outputName of files) {
    const path = join(folder, outputName);
    if (AUDIO_EXTENSIONS.has(extname(path).toLowerCase()) || (await isRecording(path))) {
      found.push({ path, outputName });
    }
  }
  return found;
}
