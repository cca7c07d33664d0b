import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { env, InferenceSession } from '@auscult/onnxruntime';

/** What inference runs on. */
export type Device = 'cpu' | 'cuda';

/**
 * Opens an ONNX graph, given as its file or its bytes, for one thread: parallelism comes from processes, which scale better
 * than threads for graphs as small as these. Intermediate values are in an arena: without it, a quarter of the time would
 * go into getting memory from the system and giving it back. The arena never shrinks, so nothing may make it grow
 * needlessly, see docs/decisions/0013-no-memory-is-planned-by-shape.md.
 */
export function openGraph(graph: string | Uint8Array, device: Device = 'cpu'): Promise<InferenceSession> {
  const isPacked = typeof graph === 'string' && existsSync(packedWeights(graph));
  return open(graph, {
    executionProviders: [device],
    // All that the runtime would change in a packed graph has been changed.
    graphOptimizationLevel: isPacked ? 'disabled' : 'all',
  });
}

/**
 * Replaces a graph by what the runtime makes of it on this processor, with the weights in the layout of its kernels in a
 * file beside it. Processes that open it map this file, so that they share its memory, and neither read, optimise nor
 * pack anything. The result is good for processors and runtimes of one kind only, see docs/decisions/0080-packed-weights-are-mapped.md.
 * Throws the error of the runtime or of the disk.
 */
export async function packGraph(file: string): Promise<void> {
  // The graph names the file of its weights, which the runtime puts beside it.
  const folder = `${file}.packing`;
  const packed = path.join(folder, path.basename(file));
  await mkdir(folder);
  const session = await open(file, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    optimizedModelFilePath: packed,
    extra: {
      session: {
        save_external_prepacked_constant_initializers: '1',
        optimized_model_external_initializers_file_name: path.basename(packedWeights(file)),
        optimized_model_external_initializers_min_size_in_bytes: '1024',
      },
    },
  });
  await session.release();
  await rename(packedWeights(packed), packedWeights(file));
  await rename(packed, file);
  await rm(`${file}.weights`, { force: true });
  await rm(folder, { recursive: true });
}

/** The file that holds the packed weights of a graph. */
export function packedWeights(file: string): string {
  return `${file}.packed`;
}

/** The version of the runtime: another one may optimise and pack graphs in another way. */
export function runtimeVersion(): string {
  return env.versions.node ?? env.versions.common;
}

function open(
  graph: string | Uint8Array,
  choices: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  // Keeps the runtime from reporting its use to its makers. It reads this when the first session of a process opens.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...choices,
  };
  return typeof graph === 'string'
    ? InferenceSession.create(graph, options)
    : InferenceSession.create(graph, options);
}
