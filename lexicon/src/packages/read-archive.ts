import { gunzipSync } from 'node:zlib';
import { strFromU8, unzipSync } from 'fflate';
import { extract } from 'tar-stream';

/** The text of the files that `wanted` picks out of a wheel (zip) or an npm package (tar.gz), by their paths. */
export async function readArchive(
  archive: Uint8Array,
  wanted: (path: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const files = isZip(archive)
    ? unzipSync(archive, { filter: ({ name }) => wanted(name) })
    : await untar(archive, wanted);
  const texts = Object.entries(files).map(
    ([path, content]) => [path, strFromU8(inflated(path, content))] as const,
  );
  return new Map(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isZip(archive: Uint8Array): boolean {
  return archive[0] === 0x50 && archive[1] === 0x4b;
}

function inflated(path: string, content: Uint8Array): Uint8Array {
  return path.endsWith('.gz') ? gunzipSync(content) : content;
}

async function untar(
  archive: Uint8Array,
  wanted: (path: string) => boolean,
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  const entries = extract();
  entries.end(gunzipSync(archive));
  for await (const entry of entries) {
    const parts: Uint8Array[] = [];
    for await (const part of entry as AsyncIterable<Uint8Array>) parts.push(part);
    if (wanted(entry.header.name)) files[entry.header.name] = Buffer.concat(parts);
  }
  return files;
}
