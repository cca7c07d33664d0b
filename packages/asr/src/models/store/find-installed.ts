import type { StoredModel } from '../stored-model.js';
import { COMPUTE_TYPES, type ComputeType } from '../compute-type.js';
import { revisionOf } from './held-revision.js';
import { revisionFolder } from './layout.js';
import { readManifest, type FileRecord, type Manifest } from './manifest.js';
import type { ModelStore } from './model-store.js';
import { verifyFiles } from './verify-files.js';

/** A variant of a model, complete and unaltered in its folder. */
export interface InstalledVariant {
  readonly folder: string;
  readonly revision: string;
  /** Its files by their paths in the folder. */
  readonly files: ReadonlyMap<string, FileRecord>;
}

/** What the store has of a variant. */
export type Found =
  | { readonly state: 'installed'; readonly variant: InstalledVariant }
  /** The variant is not there, but others may be. */
  | { readonly state: 'missing'; readonly installed: readonly ComputeType[] }
  | { readonly state: 'damaged'; readonly folder: string; readonly files: readonly string[] };

/** Looks up a variant and compares its files with what is recorded about them, see `verifyFiles`. */
export async function findInstalled(
  model: StoredModel,
  computeType: ComputeType,
  { directory }: Pick<ModelStore, 'directory'>,
  { thorough = false } = {},
): Promise<Found> {
  const revision = await revisionOf(directory, model);
  if (revision === undefined) return { state: 'missing', installed: [] };
  const folder = revisionFolder(directory, model.repository, revision);
  const manifest = await readManifest(folder);
  const files = manifest && variantFiles(manifest, computeType);
  if (!manifest || !files) return { state: 'missing', installed: manifest ? installedTypes(manifest) : [] };
  const unpinned = [...files]
    .filter(([path, record]) => contradicts(model, path, record))
    .map(([path]) => path);
  const { missing, damaged } = await verifyFiles(folder, files, thorough);
  const wrong = [...new Set([...missing, ...damaged, ...unpinned])];
  if (wrong.length > 0) return { state: 'damaged', folder, files: wrong };
  return { state: 'installed', variant: { folder, revision, files } };
}

/** The files of a variant, if it is in the manifest. */
export function variantFiles(
  { files, variants }: Manifest,
  computeType: ComputeType,
): ReadonlyMap<string, FileRecord> | undefined {
  const paths = variants[computeType];
  const records = paths?.flatMap((path) => {
    const record = files[path];
    return record ? [[path, record] as const] : [];
  });
  return records && records.length === paths?.length ? new Map(records) : undefined;
}

/** The variants in a manifest. */
export function installedTypes(manifest: Manifest): readonly ComputeType[] {
  return COMPUTE_TYPES.filter((type) => variantFiles(manifest, type) !== undefined);
}

/** Whether a pin contradicts what was recorded, which is possible since pins may have been added later. */
export function contradicts({ pins }: StoredModel, path: string, record: FileRecord): boolean {
  const { bytes = record.bytes, sha256 = record.sha256 } = pins.files[path] ?? {};
  return bytes !== record.bytes || sha256 !== record.sha256;
}
