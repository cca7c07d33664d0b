import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { requireStoredFamily } from '../../families/families.js';
import { SpeechError } from '../../speech-error.js';
import type { StoredModel } from '../stored-model.js';
import type { ComputeType } from '../compute-type.js';
import { failureOfDisk } from './disk-failure.js';
import { requireSpace } from './disk-space.js';
import { downloadFile, missingBytes } from './download-file.js';
import { contradicts, findInstalled, type InstalledVariant } from './find-installed.js';
import { holdRevision, revisionOf } from './held-revision.js';
import { filePath, findRevision, listFiles } from './hub.js';
import type { HubConnection } from './hub-connection.js';
import { repositoryFolder, revisionFolder } from './layout.js';
import { withLock } from './lock.js';
import { readManifest, writeManifest, type Manifest } from './manifest.js';
import type { ModelStore } from './model-store.js';
import { filesFromListing, filesFromPins, type RemoteFile } from './variant-files.js';
import { verifyFiles } from './verify-files.js';
import { withRetries } from './with-retries.js';

/**
 * A variant of a model from the store, fetched first if it is not there. Several processes that ask at the same time
 * cause only one download. Throws `unknown_model`, `unsupported_compute_type`, `model_missing` if nothing may be
 * fetched, `model_corrupt`, `disk_full`, `unauthorised`, `network_unavailable`, `download_failed` or
 * `model_directory_not_writable`.
 */
export async function installVariant(
  model: StoredModel,
  computeType: ComputeType,
  store: ModelStore,
): Promise<InstalledVariant> {
  const found = await findInstalled(model, computeType, store);
  if (found.state === 'installed') return found.variant;
  if (store.offline && found.state === 'damaged') throw damaged(model, found.folder, found.files);
  if (store.offline)
    throw missing(model, computeType, store, found.state === 'missing' ? found.installed : []);

  const onWaiting = () => store.onProgress?.({ kind: 'waiting', model: model.name });
  return withLock(repositoryFolder(store.directory, model.repository), onWaiting, async (signal) => {
    // Whoever held the lock before may have fetched it.
    const meanwhile = await findInstalled(model, computeType, store);
    if (meanwhile.state === 'installed') return meanwhile.variant;
    const { connectToHub } = await import('./hub-connection.js');
    const connection = connectToHub(store);
    try {
      return await fetchVariant(model, computeType, { store, connection, signal });
    } finally {
      await connection.close();
    }
  });
}

/** What is needed to fetch one variant. */
interface Fetching {
  readonly store: ModelStore;
  readonly connection: HubConnection;
  readonly signal: AbortSignal;
}

async function fetchVariant(
  model: StoredModel,
  computeType: ComputeType,
  fetching: Fetching,
): Promise<InstalledVariant> {
  const { store } = fetching;
  const revision = await requireRevision(model, fetching);
  const folder = revisionFolder(store.directory, model.repository, revision);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw failureOfDisk(error, folder);
  });
  let manifest = (await readManifest(folder)) ?? emptyManifest(model.repository, revision);
  const files = await planFiles(model, computeType, revision, manifest, fetching);
  const absent = await absentFiles(folder, files, manifest);
  await requireSpace(store, folder, sum(await Promise.all(absent.map((file) => missingBytes(folder, file)))));

  const progress = createProgress(model.name, files, absent, store);
  for (const file of absent) {
    const sha256 = await downloadFile(file, {
      ...fetching,
      policy: store.policy,
      source: filePath(model.repository, revision, file.path),
      folder,
      onReceived: (bytes) => {
        progress.received(file, bytes);
      },
      onRetry: (failure, inSeconds) => {
        progress.retrying(file, failure, inSeconds);
      },
    });
    const record = { bytes: file.bytes, sha256 };
    manifest = { ...manifest, files: { ...manifest.files, [file.path]: record } };
    await save(folder, manifest);
    // Tells before gigabytes are fetched that the model is of another kind.
    if (file.path === 'config.json') await requireStoredFamily(model.repository, folder);
  }
  const paths = files.map((file) => file.path);
  await save(folder, { ...manifest, variants: { ...manifest.variants, [computeType]: paths } });

  const installed = await findInstalled(model, computeType, store);
  if (installed.state === 'installed') return installed.variant;
  throw damaged(model, folder, installed.state === 'damaged' ? installed.files : paths);
}

async function requireRevision(model: StoredModel, fetching: Fetching): Promise<string> {
  const { store, connection, signal } = fetching;
  const known = await revisionOf(store.directory, model);
  if (known !== undefined) return known;
  const revision = await asked(model, fetching, () => findRevision(connection, model.repository, signal));
  const folder = repositoryFolder(store.directory, model.repository);
  try {
    await mkdir(folder, { recursive: true });
    await holdRevision(store.directory, model.repository, revision);
  } catch (error) {
    throw failureOfDisk(error, folder);
  }
  return revision;
}

/** The files of a variant, with all that is known about them from pins, from an earlier download or from the hub. */
async function planFiles(
  model: StoredModel,
  computeType: ComputeType,
  revision: string,
  manifest: Manifest,
  fetching: Fetching,
): Promise<readonly RemoteFile[]> {
  const files =
    filesFromPins(model, computeType) ??
    filesFromListing(
      model,
      computeType,
      await asked(model, fetching, () =>
        listFiles(fetching.connection, model.repository, revision, fetching.signal),
      ),
    );
  return files.map((file) => {
    const held = manifest.files[file.path];
    return held && !contradicts(model, file.path, held) ? { ...file, ...held } : file;
  });
}

/** Gets an answer of the hub's API, with the same retries as for files. */
function asked<Answer>(
  model: StoredModel,
  { store, signal }: Fetching,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  return withRetries(ask, {
    policy: store.policy,
    signal,
    onRetry: ({ code }, inSeconds) =>
      store.onProgress?.({ kind: 'retrying', model: model.name, file: 'file list', code, inSeconds }),
  });
}

/** The files that must be fetched: missing ones and damaged ones, which are deleted first. */
async function absentFiles(
  folder: string,
  files: readonly RemoteFile[],
  manifest: Manifest,
): Promise<readonly RemoteFile[]> {
  const recorded = files.flatMap(({ path: file, bytes, sha256 }) =>
    sha256 !== undefined && manifest.files[file] ? [[file, { bytes, sha256 }] as const] : [],
  );
  const { missing: gone, damaged: wrong } = await verifyFiles(folder, new Map(recorded), false);
  for (const file of wrong) await rm(path.join(folder, file), { force: true, recursive: true });
  const whole = new Set(recorded.map(([file]) => file).filter((file) => ![...gone, ...wrong].includes(file)));
  return files.filter((file) => !whole.has(file.path));
}

function createProgress(
  model: string,
  files: readonly RemoteFile[],
  absent: readonly RemoteFile[],
  { onProgress }: ModelStore,
) {
  const totalBytes = sum(files.map(({ bytes }) => bytes));
  const there = new Map(absent.map((file) => [file.path, 0]));
  const present = totalBytes - sum(absent.map(({ bytes }) => bytes));
  return {
    received(file: RemoteFile, bytes: number) {
      there.set(file.path, bytes);
      const receivedBytes = present + sum([...there.values()]);
      onProgress?.({ kind: 'received', model, file: file.path, receivedBytes, totalBytes });
    },
    retrying(file: RemoteFile, { code }: SpeechError, inSeconds: number) {
      onProgress?.({ kind: 'retrying', model, file: file.path, code, inSeconds });
    },
  };
}

async function save(folder: string, manifest: Manifest): Promise<void> {
  try {
    await writeManifest(folder, manifest);
  } catch (error) {
    throw failureOfDisk(error, folder);
  }
}

function emptyManifest(repository: string, revision: string): Manifest {
  return { format: 1, repository, revision, files: {}, variants: {} };
}

function missing(
  { name }: StoredModel,
  computeType: ComputeType,
  { directory }: ModelStore,
  installed: readonly ComputeType[],
): SpeechError {
  const others = installed.length > 0 ? `, only in ${installed.join(' and ')}` : '';
  return new SpeechError(
    'model_missing',
    `${name} is not in the model folder '${directory}' in ${computeType}${others}, and offline nothing is fetched.`,
    `Where there is a network: \`auscult models pull ${name} --compute-type ${computeType}\` and \`auscult models export\`; here: \`auscult models import\`.`,
  );
}

function damaged({ name }: StoredModel, folder: string, files: readonly string[]): SpeechError {
  return new SpeechError(
    'model_corrupt',
    `The file '${path.join(folder, files[0] ?? '')}' of ${name} is not what it was when it was fetched: it is cut off, altered or gone.`,
    `Run \`auscult models pull ${name}\` where there is a network, or \`auscult models import\`.`,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
