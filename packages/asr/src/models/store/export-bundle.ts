import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { failureOfDisk } from './disk-failure.js';
import { BUNDLE_INDEX, bundlePath, type BundleIndex } from './bundle.js';
import type { Manifest } from './manifest.js';

/** A model to be exported: what goes into the bundle, and the folder that it is in. */
export interface BundledModel {
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * Writes models that are known to be intact into one file, which appears only when it is complete. The same models
 * give the same bytes. Returns its length. Throws `disk_full` or `model_directory_not_writable`.
 */
export async function exportBundle(models: readonly BundledModel[], file: string): Promise<number> {
  const part = `${file}.part`;
  const archive = pack();
  try {
    await Promise.all([
      pipeline(archive, createWriteStream(part, { flush: true })),
      fill(archive, models).catch((error: unknown) => {
        archive.destroy(error as Error);
        throw error;
      }),
    ]);
    await rename(part, file);
    return (await stat(file)).size;
  } catch (error) {
    throw failureOfDisk(error, path.dirname(path.resolve(file)));
  } finally {
    await rm(part, { force: true });
  }
}

async function fill(archive: Pack, models: readonly BundledModel[]): Promise<void> {
  const index: BundleIndex = { format: 1, models: models.map(({ manifest }) => manifest) };
  archive.entry({ name: BUNDLE_INDEX, mtime: NO_TIME }, `${JSON.stringify(index, null, 2)}\n`);
  for (const { folder, manifest } of models) {
    for (const [name, { bytes }] of Object.entries(manifest.files)) {
      const entry = archive.entry({ name: bundlePath(manifest, name), size: bytes, mtime: NO_TIME });
      await pipeline(createReadStream(path.join(folder, name), { highWaterMark: 1 << 20 }), entry);
    }
  }
  archive.finalize();
}

/** Archives of the same files should be identical. */
const NO_TIME = new Date(0);
