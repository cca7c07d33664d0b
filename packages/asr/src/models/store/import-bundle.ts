import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, type Extract } from 'tar-stream';
import { SpeechError } from '../../speech-error.js';
import { findInCatalog } from '../catalog.js';
import type { PinnedRepository } from '../stored-model.js';
import {
  BUNDLE_INDEX,
  bundleIndexSchema,
  bundlePath,
  LONGEST_INDEX,
  refused,
  type BundleIndex,
} from './bundle.js';
import { failureOfDisk } from './disk-failure.js';
import { requireSpace } from './disk-space.js';
import { contradicts } from './find-installed.js';
import { holdRevision, revisionOf } from './held-revision.js';
import { repositoryFolder, revisionFolder, storeFolder } from './layout.js';
import { withLock } from './lock.js';
import { readManifest, writeManifest, type FileRecord, type Manifest } from './manifest.js';
import type { ModelStore } from './model-store.js';

/**
 * Puts the models of a bundle into the store. Before the first file is put in its place, every one is compared with
 * the bundle's index, with what is pinned and with what the store has recorded; until then all of them are in a draft
 * folder. Throws `bundle_refused`, `disk_full` or `model_directory_not_writable`.
 */
export async function importBundle(file: string, store: ModelStore): Promise<readonly Manifest[]> {
  const root = storeFolder(store.directory);
  const draft = path.join(root, `.import-${randomUUID()}`);
  try {
    await mkdir(draft, { recursive: true });
    const { models } = await unpack(file, draft, store);
    for (const model of models) await place(model, draft, store);
    return models;
  } catch (error) {
    throw failureOfDisk(error, root);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A file in an archive that is being read. */
type Entry = Extract extends AsyncIterable<infer Item> ? Item : never;

async function unpack(file: string, draft: string, store: ModelStore): Promise<BundleIndex> {
  const archive = extract();
  const reading = pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), archive);
  // When an entry is refused, the rest of the archive is not read, and reading ends with an error that tells nothing
  // new.
  reading.catch(() => undefined);
  let index: BundleIndex | undefined;
  let waiting = new Map<string, FileRecord>();
  try {
    for await (const entry of archive) {
      if (!index) {
        index = await readIndex(entry);
        waiting = await checkIndex(index, draft, store);
      } else {
        await unpackFile(entry, waiting, draft);
      }
    }
    await reading;
  } catch (error) {
    throw failureOfArchive(error);
  }
  const [absent] = waiting.keys();
  if (!index || absent !== undefined) throw refused(`it holds no ${absent ?? BUNDLE_INDEX}`);
  return index;
}

async function readIndex(entry: Entry): Promise<BundleIndex> {
  const { name, type, size } = entry.header;
  if (name !== BUNDLE_INDEX || type !== 'file' || size > LONGEST_INDEX) {
    throw refused(`it does not begin with ${BUNDLE_INDEX}`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of bytesOf(entry)) chunks.push(chunk);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw refused(`${BUNDLE_INDEX} is not valid JSON`, cause);
  }
  const parsed = bundleIndexSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw refused(`${BUNDLE_INDEX} is not what this version of the program writes`, parsed.error);
}

/** The files that must be in the bundle, by their paths in it. */
async function checkIndex(
  { models }: BundleIndex,
  draft: string,
  store: ModelStore,
): Promise<Map<string, FileRecord>> {
  for (const model of models) await checkModel(model, store);
  const files = models.flatMap((model) =>
    Object.entries(model.files).map(([file, record]) => [bundlePath(model, file), record] as const),
  );
  await requireSpace(
    store,
    draft,
    files.reduce((total, [, { bytes }]) => total + bytes, 0),
  );
  return new Map(files);
}

/** Refuses a model that is not the one that is pinned, or that the store holds under the same name. */
async function checkModel(model: Manifest, { directory }: ModelStore): Promise<void> {
  const { repository, revision } = model;
  const pins = pinsOf(repository);
  const wanted = await revisionOf(directory, { repository, pins });
  if (wanted !== undefined && wanted !== revision) {
    throw refused(`its revision of ${repository} is ${revision}, and ${wanted} is in use here`);
  }
  const held = (await readManifest(revisionFolder(directory, repository, revision)))?.files ?? {};
  for (const [file, record] of Object.entries(model.files)) {
    const other = held[file] !== undefined && held[file].sha256 !== record.sha256;
    if (other || contradicts({ name: repository, repository, pins }, file, record)) {
      throw refused(`its ${file} of ${repository} differs from the one that is known`);
    }
  }
}

async function unpackFile(entry: Entry, waiting: Map<string, FileRecord>, draft: string): Promise<void> {
  const { name, type, size } = entry.header;
  const record = waiting.get(name);
  if (!record || type !== 'file' || size !== record.bytes) {
    throw refused(
      record ? `its ${name} is not what the index says` : 'it holds a file that its index does not name',
    );
  }
  waiting.delete(name);
  const hash = createHash('sha256');
  const target = path.join(draft, name);
  await mkdir(path.dirname(target), { recursive: true });
  await pipeline(
    async function* () {
      for await (const chunk of bytesOf(entry)) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(target, { flags: 'wx', flush: true }),
  );
  if (hash.digest('hex') !== record.sha256) throw refused(`its ${name} is damaged or was altered`);
}

/** An entry is read in chunks of bytes, which its type does not say. */
function bytesOf(entry: Entry): AsyncIterable<Buffer> {
  return entry as AsyncIterable<Buffer>;
}

async function place(model: Manifest, draft: string, store: ModelStore): Promise<void> {
  const { repository, revision } = model;
  const folder = revisionFolder(store.directory, repository, revision);
  const wait = () => store.onProgress?.({ kind: 'waiting', model: repository });
  await withLock(repositoryFolder(store.directory, repository), wait, async () => {
    const before = await readManifest(folder);
    for (const file of Object.keys(model.files)) {
      const target = path.join(folder, file);
      await mkdir(path.dirname(target), { recursive: true });
      await rename(path.join(draft, bundlePath(model, file)), target);
    }
    if (pinsOf(repository).revision === undefined) await holdRevision(store.directory, repository, revision);
    await writeManifest(folder, {
      ...model,
      files: { ...before?.files, ...model.files },
      variants: { ...before?.variants, ...model.variants },
    });
  });
}

function pinsOf(repository: string): PinnedRepository {
  const entry = findInCatalog(repository);
  return entry?.supply === 'stored' && entry.repository === repository ? entry.pins : { files: {} };
}

/** Errors of the tar reader about bytes that are not an archive, or that end too early, have no code. */
function failureOfArchive(error: unknown): unknown {
  if (error instanceof SpeechError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return refused('it is not a tar archive, or is cut off', error);
  return code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR'
    ? refused('it cannot be read', error)
    : error;
}
