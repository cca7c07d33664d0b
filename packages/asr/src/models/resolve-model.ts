import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { moonshineGeometry } from '../families/moonshine/moonshine-family.js';
import { SpeechError } from '../speech-error.js';
import { catalog, type CatalogEntry } from './catalog.js';
import { hashFile } from './hash-file.js';

/** A model whose files are known to be there. */
export interface ResolvedModel {
  readonly entry: Pick<CatalogEntry, 'name' | 'family' | 'languages' | 'geometry'>;
  readonly encoderPath: string;
  readonly decoderPath: string;
  /** SHA-256 of both files together: names what is prepared from them. */
  readonly fingerprint: string;
}

/**
 * Finds a model by its name in the catalog, or a folder with the same files as one of them has (any weights of
 * that shape). Files of the catalog must be what they were when they were pinned.
 * Throws `unknown_model`, `model_missing` or `model_corrupt`.
 */
export async function resolveModel(model: string): Promise<ResolvedModel> {
  const entry = catalog.find(({ name }) => name === model);
  if (entry) return resolveCatalogEntry(entry);
  if (isFolder(model)) return resolveFolder(path.resolve(model));
  throw new SpeechError(
    'unknown_model',
    `There is no model '${model}'.`,
    `Choose one of ${catalog.map(({ name }) => name).join(', ')}, or give a folder that holds a model.`,
  );
}

async function resolveCatalogEntry(entry: CatalogEntry): Promise<ResolvedModel> {
  const folder = modelFolder(entry);
  const hashes = await Promise.all(
    [entry.encoder, entry.decoder].map(async (file) => {
      const location = path.join(folder, file.name);
      const hash = await hashModelFile(entry.name, location);
      if (hash !== file.sha256) throw corrupt(entry.name, location);
      return hash;
    }),
  );
  return {
    entry,
    encoderPath: path.join(folder, entry.encoder.name),
    decoderPath: path.join(folder, entry.decoder.name),
    fingerprint: hashes.join(''),
  };
}

async function resolveFolder(folder: string): Promise<ResolvedModel> {
  const name = path.basename(folder);
  const find = (file: string) =>
    [path.join(folder, file), path.join(folder, 'onnx', file)].find((candidate) => existsSync(candidate));
  const encoderPath = find('encoder_model.onnx') ?? find('encoder_model_quantized.onnx');
  const decoderPath = find('decoder_model_merged.onnx') ?? find('decoder_model_merged_quantized.onnx');
  if (!encoderPath || !decoderPath) {
    throw new SpeechError(
      'model_missing',
      `The folder '${folder}' holds no encoder_model.onnx and decoder_model_merged.onnx.`,
      'Give the folder of a Moonshine model in the onnx-community layout, or a name from `auscult models list`.',
    );
  }
  const hashes = await Promise.all([encoderPath, decoderPath].map((file) => hashModelFile(name, file)));
  // The two sizes differ by more than a factor of two: the file's size tells the shape.
  const size = statSync(decoderPath).size > 30_000_000 ? 'base' : 'tiny';
  return {
    entry: { name, family: 'moonshine', languages: ['en'], geometry: moonshineGeometry[size] },
    encoderPath,
    decoderPath,
    fingerprint: hashes.join(''),
  };
}

function modelFolder(entry: CatalogEntry): string {
  try {
    return entry.folder();
  } catch (cause) {
    throw new SpeechError('model_missing', `The files of ${entry.name} are not installed.`, 'Run `npm ci`.', {
      cause,
    });
  }
}

async function hashModelFile(model: string, file: string): Promise<string> {
  try {
    return await hashFile(file);
  } catch (cause) {
    throw new SpeechError(
      'model_missing',
      `The file '${file}' of ${model} cannot be read.`,
      'Run `npm ci`.',
      { cause },
    );
  }
}

function corrupt(model: string, file: string): SpeechError {
  return new SpeechError(
    'model_corrupt',
    `The file '${file}' of ${model} is not what was published: it is cut off or was altered.`,
    'Delete node_modules and run `npm ci`.',
  );
}

function isFolder(location: string): boolean {
  return statSync(location, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
