import { join, parse } from 'node:path';
import { FILE_EXTENSIONS, type TranscriptFormat } from '../../transcripts/format.js';
import type { FoundRecording } from './find-recordings.js';

/**
 * Where the transcript of each recording goes: its name with the format's extension. Recordings that differ only in
 * their own extension keep it, as in `visit.wav.srt`, and further ones of the same name are numbered.
 */
export function outputPaths(
  recordings: readonly FoundRecording[],
  folder: string,
  format: TranscriptFormat,
): string[] {
  const stems = recordings.map(({ outputName }) => withoutExtension(outputName));
  const taken = new Set<string>();
  return recordings.map(({ outputName }, i) => {
    const stem = stems[i] ?? outputName;
    const shared = stems.indexOf(stem) !== stems.lastIndexOf(stem);
    const name = unused(shared ? outputName : stem, taken);
    taken.add(name);
    return join(folder, `${name}.${FILE_EXTENSIONS[format]}`);
  });
}

function withoutExtension(path: string): string {
  const { dir, name } = parse(path);
  return join(dir, name);
}

function unused(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}
