import { plainRequest, type SpeechModel } from '../../src/decoding/speech-model.js';
import type { RecognitionJob, RecognitionResult } from '../../src/inference/messages/recognition-job.js';
import { createJobEngine } from '../../src/inference/worker/job-engine.js';

/**
 * An engine over a model, the results so far by the ids of their jobs, and how many jobs have begun. An error of a job is
 * thrown.
 */
export function startEngine(model: SpeechModel) {
  const results = new Map<number, RecognitionResult>();
  let begun = 0;
  const engine = createJobEngine({
    model,
    onJoined: () => void (begun += 1),
    onResult: (id, result) => results.set(id, result),
    onError(error) {
      throw error;
    },
  });
  return { engine, results, begun: () => begun };
}

/** A job for a final over the whole of `audio`, of which nothing was recognised before, and its samples. */
export function finalJob(
  id: number,
  audio: Int16Array,
  changes: Partial<RecognitionJob> = {},
): readonly [RecognitionJob, Float32Array] {
  const job: RecognitionJob = {
    id,
    priority: 'final',
    stream: 'stream',
    window: 'window',
    audio: { from: 0, to: audio.length, silenceAhead: 0, speed: 1 },
    prefix: [],
    draft: [],
    newSeconds: audio.length / 16_000,
    keepState: true,
    termLists: [],
    decoding: plainRequest,
    ...changes,
  };
  return [job, Float32Array.from(audio, (sample) => sample / 32_768)];
}
