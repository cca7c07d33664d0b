import { InferenceSession } from 'onnxruntime-node';

/** What inference runs on. */
export type Device = 'cpu' | 'cuda';

/**
 * Opens an ONNX graph for one thread: parallelism comes from processes, which scale better than threads for
 * graphs as small as these. Intermediate values are in an arena: without it, a quarter of the time would go into getting
 * memory from the system and giving it back. The arena never shrinks, so nothing may make it grow needlessly, see
 * docs/decisions/0013-no-memory-is-planned-by-shape.md.
 */
export function openGraph(path: string, device: Device = 'cpu'): Promise<InferenceSession> {
  // Keeps the runtime from reporting its use to its makers. It reads this when the first session of a process opens.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  return InferenceSession.create(path, {
    executionProviders: [device],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
  });
}
