import { SAMPLE_RATE } from '@auscult/asr';
import { createByteSource } from '../../../packages/asr/dist/audio/byte-source.js';
import { FfmpegMissingError } from '../../../packages/asr/dist/audio/containers/ffmpeg-job.js';
import {
  recordingKind,
  type RecordingKind,
} from '../../../packages/asr/dist/audio/containers/recording-kind.js';
import { loadResampling } from '../../../packages/asr/dist/audio/resample.js';
import { hearStream } from '../../../packages/asr/dist/audio/streaming/hear-stream.js';
import { decodeStream } from '../../../packages/asr/dist/audio/streaming/open-stream.js';
import { mustHold, unlessRefusedLater, type FuzzTarget } from '../target.js';

/** Recordings of one kind that are decoded while they come. The first byte says how they are cut. */
export function liveTarget(kind: RecordingKind): FuzzTarget {
  return {
    longest: 16_384,
    // Decoding takes time for the audio that comes out, of which a few bytes of input can produce much.
    allowed: { ms: 150, msPerKiB: 4 },
    // Starting a codec takes milliseconds.
    share: 0.02,
    prepare: async () => {
      const createResampler = await loadResampling();
      return async (input) => {
        if (recordingKind(input.subarray(1)) !== kind) return;
        const pieces = inPieces(input.subarray(1), input[0]);
        const bytes = createByteSource(() => Promise.resolve(pieces.next().value));
        const startFfmpeg = () => Promise.reject(new FfmpegMissingError('ffmpeg'));
        const blocks = decodeStream({ name: 'The recording', bytes, startFfmpeg, isLive: true });
        await unlessRefusedLater(['SpeechError'], () =>
          hear(hearStream('The recording', blocks, 1, createResampler)),
        );
      };
    },
  };
}

/** Cuts an input into pieces: short ones for small values of `how`, long ones for large values. */
export function* inPieces(input: Buffer, how = input.at(-1) ?? 0): Generator<Buffer, undefined> {
  const size = 1 + how * how;
  for (let at = 0; at < input.length; at += size) yield input.subarray(at, at + size);
  return undefined;
}

/** How much audio of one input is decoded, seconds. A few bytes may stand for hours. */
const MOST_SECONDS = 5;

/** The most samples of one block, at 16 kHz. */
const LONGEST_BLOCK = 20 * SAMPLE_RATE;

async function hear(sounds: AsyncIterable<readonly Float32Array[]>): Promise<void> {
  let heard = 0;
  for await (const [samples = new Float32Array(0)] of sounds) {
    mustHold(samples.length <= LONGEST_BLOCK, 'a block of audio keeps the limit of its length');
    mustHold(samples.every(Number.isFinite), 'samples are numbers');
    heard += samples.length;
    if (heard > MOST_SECONDS * SAMPLE_RATE) return;
  }
}
