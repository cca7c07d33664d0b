import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { StoredModel } from '../../../src/models/stored-model.js';
import {
  openStore,
  type DownloadProgress,
  type ModelStore,
  type StoreSurroundings,
} from '../../../src/models/store/model-store.js';
import { sha256, startHub, type Hub, type HubRepository } from './hub.js';

export const REPOSITORY = 'clinic/small-whisper';
export const REVISION = '0123456789abcdef0123456789abcdef01234567';
export const ENCODER = 'onnx/encoder_model_quantized.onnx';
export const DECODER = 'onnx/decoder_model_merged_quantized.onnx';
export const CONFIGURATION = [
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'tokenizer.json',
];

/** A store and a hub for one test, which go when it ends. */
export interface Fixture {
  readonly hub: Hub;
  readonly content: HubRepository;
  readonly directory: string;
  readonly progress: readonly DownloadProgress[];
  /** The store as one process would open it. */
  readonly open: (changes?: Partial<StoreSurroundings> & { readonly offline?: boolean }) => ModelStore;
  /** With all files pinned, as most of the catalog. */
  readonly pinned: StoredModel;
  /** Without pins, as a repository that someone names. */
  readonly unpinned: StoredModel;
}

/** Bytes in the layout of a Whisper model: a store does not look into them. */
export function whisperFiles(): Map<string, Buffer> {
  return new Map([
    ['config.json', Buffer.from('{"model_type":"whisper"}')],
    ['generation_config.json', Buffer.from('{"lang_to_id":{"<|en|>":50259,"<|cy|>":50297}}')],
    ['preprocessor_config.json', Buffer.from('{"feature_size":80}')],
    ['tokenizer.json', Buffer.from('{}')],
    ['README.md', Buffer.from('# not fetched')],
    [ENCODER, randomBytes(600_000)],
    [DECODER, randomBytes(500_000)],
  ]);
}

/** Sets both up. Waits are short: a test is not to be slow because something goes wrong in it. */
export async function makeFixture(files = whisperFiles()): Promise<Fixture> {
  const content: HubRepository = { repository: REPOSITORY, revision: REVISION, files };
  const hub = await startHub(content);
  onTestFinished(() => hub.close());
  const directory = await makeFolder();
  const progress: DownloadProgress[] = [];
  return {
    hub,
    content,
    directory,
    progress,
    open: ({ offline = false, ...surroundings } = {}) =>
      openStore(
        { directory, offline, onProgress: (step) => progress.push(step) },
        {
          environment: { HF_ENDPOINT: hub.endpoint },
          policy: { stallSeconds: 1, attempts: 3, firstPauseSeconds: 0.01, longestPauseSeconds: 0.05 },
          ...surroundings,
        },
      ),
    pinned: {
      name: 'small-whisper',
      repository: REPOSITORY,
      pins: {
        revision: REVISION,
        files: Object.fromEntries(
          [...files].map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
        ),
      },
    },
    unpinned: { name: REPOSITORY, repository: REPOSITORY, pins: { files: {} } },
  };
}

/** An empty folder that goes when the test ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'auscult-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** All files below a folder, by their paths in it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .toSorted();
}
