import type { InferencePool } from '../inference/inference-pool.js';

/** A pool that is asked for one stream, and knows what audio of it may be asked for. */
export interface AudioInUse extends Pick<InferencePool, 'submit'> {
  /** First sample of the stream that belongs to a job which is not over. */
  readonly neededFrom: number | undefined;
}

/** Follows the jobs of one stream to their ends. */
export function followAudioInUse(pool: Pick<InferencePool, 'submit'>): AudioInUse {
  const inUse = new Set<{ readonly from: number }>();
  return {
    submit(request, owner) {
      const { audio } = request;
      inUse.add(audio);
      const job = pool.submit(request, {
        audio: owner.audio,
        onResult(result, times) {
          inUse.delete(audio);
          owner.onResult(result, times);
        },
        onLost(loss) {
          inUse.delete(audio);
          owner.onLost(loss);
        },
      });
      return {
        get started() {
          return job.started;
        },
        cancel() {
          inUse.delete(audio);
          job.cancel();
        },
        promote() {
          job.promote();
        },
      };
    },
    get neededFrom() {
      if (inUse.size === 0) return undefined;
      return Math.min(...[...inUse].map(({ from }) => from));
    },
  };
}
