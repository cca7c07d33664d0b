import { InferenceSession } from 'onnxruntime-node';

/**
 * Opens an ONNX graph for one thread: parallelism comes from processes, which scale better than threads for
 * graphs as small as these. No memory arena, so that a long utterance does not leave its peak behind.
 */
export function openSession(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: false,
    logSeverityLevel: 3,
  });
}
