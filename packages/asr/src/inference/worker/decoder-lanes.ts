import { createDecoderBatch, type DecoderBatch } from '../../decoding/decoder-batch.js';
import type { Discard } from '../../decoding/tensor-bin.js';
import type { SpeechModel } from '../../decoding/speech-model.js';
import type { RecognitionJob } from '../messages/recognition-job.js';
import type { BegunJob } from './job-queue.js';
import { createSharedDecoder, type JobDecoder, type SharedDecoder } from './shared-decoder.js';

/**
 * The decoders of a process: one whose batch is shared by jobs that are decoded together, and one for finals beside a crowd,
 * for which the others stop. In the batch of a crowd, such a final would take several times as long.
 */
export interface DecoderLanes {
  /** Whether the lane of a job takes another. */
  readonly haveRoom: (job: RecognitionJob) => boolean;
  /** Gives a job its first turn; see `SharedDecoder.begin`. */
  readonly begin: (begun: BegunJob, job: (decoder: JobDecoder) => Promise<void>) => Promise<void>;
  /** Takes one step for all jobs of the lane that goes first. */
  readonly step: () => Promise<void>;
}

/** Makes decoders without jobs. `discard` is given tensors once they are no longer read. */
export function createDecoderLanes(model: SpeechModel, discard: Discard): DecoderLanes {
  const lanes = { besideCrowd: createLane(model, discard), shared: createLane(model, discard) };
  const laneOf = ({ priority }: RecognitionJob) =>
    priority === 'final-beside-crowd' ? lanes.besideCrowd : lanes.shared;
  return {
    haveRoom: (job) => hasRoom(laneOf(job).batch),
    begin: ({ job, signal }, work) => laneOf(job).decoder.begin(work, signal),
    step: () => (lanes.besideCrowd.batch.size > 0 ? lanes.besideCrowd : lanes.shared).decoder.step(),
  };
}

interface Lane {
  readonly batch: DecoderBatch;
  readonly decoder: SharedDecoder;
}

function createLane({ decoder, geometry }: SpeechModel, discard: Discard): Lane {
  const batch = createDecoderBatch(decoder, geometry, discard);
  return { batch, decoder: createSharedDecoder(batch, discard) };
}

/** Whether a batch takes another job. */
function hasRoom({ size, frames }: DecoderBatch): boolean {
  return size === 0 || (size < MAX_BATCH_ROWS && frames < MAX_BATCH_FRAMES);
}

/** Encoder frames that one batch may hold: cross-attention takes 27 kB a frame and layer pair in the base model. */
const MAX_BATCH_FRAMES = 2_500;

/** Rows of a batch. One more would gain less time than it makes the others wait (bench `streams`). */
const MAX_BATCH_ROWS = 8;
