import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readModelJson } from './model-json.js';
import { SpeechError } from '../../speech-error.js';
import { COMPUTE_TYPES, type ComputeType } from '../../models/compute-type.js';
import { hashFile } from '../../models/hash-file.js';
import type { ResolvedModel } from '../../models/resolved-model.js';
import type { InstalledVariant } from '../../models/store/find-installed.js';
import { CONFIGURATION_FILES, graphFiles, isExternalWeights } from '../../models/onnx-community-layout.js';

/** A variant of a Whisper model from the store. */
export async function resolveWhisperVariant(
  name: string,
  computeType: ComputeType,
  { folder, files }: InstalledVariant,
): Promise<ResolvedModel> {
  const hashOf = (graph: string) =>
    joined(
      [...files]
        .filter(([file]) => file === graph || isExternalWeights(file, graph))
        .map(([file, { sha256 }]) => [file, sha256]),
    );
  const { encoder, decoder } = graphFiles(computeType);
  return {
    name,
    family: 'whisper',
    languages: await languagesOf(folder),
    computeType,
    encoderPath: path.join(folder, encoder),
    decoderPath: path.join(folder, decoder),
    folder,
    fingerprint: hashOf(encoder) + hashOf(decoder),
  };
}

/**
 * A folder with the files of a Whisper model, its graphs there or in its folder `onnx`: those of the compute type, or
 * the only ones there are. Throws `model_missing`, `model_corrupt` or `unsupported_compute_type`.
 */
export async function resolveWhisperFolder(folder: string, wanted: ComputeType): Promise<ResolvedModel> {
  for (const file of CONFIGURATION_FILES) {
    if (!existsSync(path.join(folder, file))) throw incomplete(folder, file);
  }
  const available = new Map(COMPUTE_TYPES.flatMap((type) => graphsIn(folder, type) ?? []));
  const [only] = available.size === 1 ? available.keys() : [];
  const computeType = available.has(wanted) ? wanted : only;
  const graphs = computeType && available.get(computeType);
  if (!graphs) throw noGraphs(folder, wanted, [...available.keys()]);
  const hashes = await Promise.all([graphs.encoder, graphs.decoder].map(hashGraph));
  return {
    name: path.basename(folder),
    family: 'whisper',
    languages: await languagesOf(folder),
    computeType,
    encoderPath: graphs.encoder,
    decoderPath: graphs.decoder,
    folder,
    fingerprint: hashes.join(''),
  };
}

interface Graphs {
  readonly encoder: string;
  readonly decoder: string;
}

function graphsIn(folder: string, type: ComputeType): [[ComputeType, Graphs]] | undefined {
  const { encoder, decoder } = graphFiles(type);
  const candidates = [
    { encoder: path.join(folder, encoder), decoder: path.join(folder, decoder) },
    {
      encoder: path.join(folder, path.basename(encoder)),
      decoder: path.join(folder, path.basename(decoder)),
    },
  ];
  const graphs = candidates.find(
    (candidate) => existsSync(candidate.encoder) && existsSync(candidate.decoder),
  );
  return graphs && [[type, graphs]];
}

async function hashGraph(graph: string): Promise<string> {
  const folder = path.dirname(graph);
  const files = (await readdir(folder)).filter(
    (file) => file === path.basename(graph) || isExternalWeights(file, path.basename(graph)),
  );
  const hashes = await Promise.all(
    files.map(async (file) => [file, await hashFile(path.join(folder, file))] as const),
  );
  return joined(hashes);
}

/** One hash for a graph and the files of its weights. */
function joined(hashes: readonly (readonly [file: string, sha256: string])[]): string {
  const [first, ...more] = hashes
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, hash]) => hash);
  if (first === undefined) throw new RangeError('a graph has at least one file');
  return more.length === 0
    ? first
    : createHash('sha256')
        .update([first, ...more].join(''))
        .digest('hex');
}

/** Multilingual models list their languages; the others recognise English. */
async function languagesOf(folder: string): Promise<readonly string[]> {
  const { lang_to_id: tokens } = await readModelJson(
    path.join(folder, 'generation_config.json'),
    z.object({ lang_to_id: z.record(z.string(), z.int()).optional() }),
  );
  return tokens ? Object.keys(tokens).map((token) => token.replace(/^<\|(.*)\|>$/, '$1')) : ['en'];
}

function incomplete(folder: string, file: string): SpeechError {
  return new SpeechError(
    'model_missing',
    `The folder '${folder}' is that of a Whisper model, but holds no ${file}.`,
    'Give the folder of a whole model in the onnx-community layout, or a name from `auscult models list`.',
  );
}

function noGraphs(folder: string, wanted: ComputeType, available: readonly ComputeType[]): SpeechError {
  const { encoder, decoder } = graphFiles(wanted);
  if (available.length > 0) {
    return new SpeechError(
      'unsupported_compute_type',
      `The folder '${folder}' holds no ${encoder} and ${decoder}, which ${wanted} needs.`,
      `Set compute type to ${available.join(' or ')}.`,
    );
  }
  return new SpeechError(
    'model_missing',
    `The folder '${folder}' is that of a Whisper model, but holds no ${encoder} and ${decoder}.`,
    'Give the folder of a whole model in the onnx-community layout, or a name from `auscult models list`.',
  );
}
