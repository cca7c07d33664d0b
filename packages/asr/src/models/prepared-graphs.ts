import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { runtimeVersion } from '../decoding/open-graph.js';
import { hashFile } from './hash-file.js';

/** The files of a model's prepared graphs. */
export interface PreparedGraphFiles {
  readonly encoderPath: string;
  readonly decoderPath: string;
}

/** Whether integer weights are shifted to int8, see `shiftWeightsToInt8`, or become floats. */
export type WeightFormat = 'int8' | 'uint8' | 'float';

/** Raise it when the preparation changes, so that older graphs are made anew. */
const PREPARATION_VERSION = 9;

/** The graphs of a model in the cache, if they are there and intact. */
export async function findPreparedGraphs(
  cacheDirectory: string,
  fingerprint: string,
  weights: WeightFormat,
): Promise<PreparedGraphFiles | undefined> {
  const folder = graphFolder(cacheDirectory, fingerprint, weights);
  try {
    const manifest = JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8')) as Record<
      string,
      unknown
    >;
    const files = new Set([ENCODER, DECODER, ...Object.keys(manifest)]);
    const whole = await Promise.all(
      [...files].map(async (file) => (await hashFile(path.join(folder, file))) === manifest[file]),
    );
    return whole.every(Boolean) ? graphFiles(folder) : undefined;
  } catch {
    // Whether they are missing, incomplete or damaged makes no difference: the caller then prepares them.
    return undefined;
  }
}

/** Puts the graphs that `write` makes into the cache, either all of them or none. Throws what writing throws. */
export async function storePreparedGraphs(
  cacheDirectory: string,
  fingerprint: string,
  weights: WeightFormat,
  write: (files: { readonly encoder: string; readonly decoder: string }) => Promise<void>,
): Promise<PreparedGraphFiles> {
  const folder = graphFolder(cacheDirectory, fingerprint, weights);
  const draft = `${folder}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  try {
    await write({ encoder: path.join(draft, ENCODER), decoder: path.join(draft, DECODER) });
    const manifest: Record<string, string> = {};
    for (const file of await readdir(draft)) manifest[file] = await hashFile(path.join(draft, file));
    await writeFile(path.join(draft, MANIFEST), JSON.stringify(manifest));
    await place(draft, folder, () => findPreparedGraphs(cacheDirectory, fingerprint, weights));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return graphFiles(folder);
}

/**
 * Moves the draft to its place, unless another process has put the same graphs there in the meantime, which it may be
 * reading already.
 */
async function place(draft: string, folder: string, findPlaced: () => Promise<unknown>): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    if (await findPlaced()) return;
    // Damaged graphs are in the way.
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder).catch(async () => {
      if (!(await findPlaced())) throw error;
    });
  }
}

/**
 * The fastest weight format that is exact on this processor: int8 on ARM and on x86 with VNNI; elsewhere
 * uint8 × int8 products may saturate.
 */
export function preferredWeightFormat(): WeightFormat {
  if (process.arch === 'arm64') return 'int8';
  return /\b(avx512_vnni|avx_vnni)\b/.test(processorFlags()) ? 'int8' : 'uint8';
}

/** The instructions that this processor has, as far as the system tells. */
function processorFlags(): string {
  try {
    return /^flags\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? '';
  } catch {
    return '';
  }
}

/** A name for everything that decides how the runtime optimises graphs and packs weights, see `packGraph`. */
function packingTarget(): string {
  const target = [process.platform, process.arch, cpus()[0]?.model, processorFlags(), runtimeVersion()];
  return createHash('sha256').update(target.join('\n')).digest('hex').slice(0, 16);
}

/** Whether prepared graphs hold packed weights. Those for a GPU do not: it has its own memory and layout. */
export function isPacked(weights: WeightFormat): boolean {
  return weights !== 'float';
}

const ENCODER = 'encoder.onnx';
const DECODER = 'decoder.onnx';
const MANIFEST = 'manifest.json';

function graphFolder(cacheDirectory: string, fingerprint: string, weights: WeightFormat): string {
  const model = `${fingerprint.slice(0, 16)}${fingerprint.slice(64, 80)}`;
  const target = isPacked(weights) ? `-${packingTarget()}` : '';
  return path.join(cacheDirectory, 'graphs', `${model}-${weights}-${PREPARATION_VERSION}${target}`);
}

function graphFiles(folder: string): PreparedGraphFiles {
  return { encoderPath: path.join(folder, ENCODER), decoderPath: path.join(folder, DECODER) };
}
