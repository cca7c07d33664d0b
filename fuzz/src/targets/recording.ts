import { openRecording, SAMPLE_RATE, type StoredRecording } from '@auscult/asr';
import {
  DETECTION_BYTES,
  detectContainer,
  type ContainerName,
} from '../../../packages/asr/dist/audio/containers/detect-container.js';
import { mustHold, unlessRefusedLater, type FuzzTarget } from '../target.js';

/**
 * Recordings of one container, decoded as uploads are. Formats that only ffmpeg reads are left to its own fuzzers.
 */
export function recordingTarget(container: Exclude<ContainerName, 'other'>): FuzzTarget {
  return {
    longest: 16_384,
    // Decoding takes time for the audio that comes out, of which a few bytes of input can produce much.
    allowed: { ms: 150, msPerKiB: 4 },
    // Starting a codec takes milliseconds. WAV needs none.
    share: container === 'wav' ? 0.5 : 0.02,
    prepare: () => async (input) => {
      const stored = storedRecording(input);
      const opened = await unlessRefusedLater(['SpeechError'], async () => {
        if (detectContainer(input.subarray(0, DETECTION_BYTES)) !== container) return undefined;
        return openRecording(stored);
      });
      if (opened === undefined) return;
      await unlessRefusedLater(['SpeechError'], () => hear(opened.chunks()));
    },
  };
}

/** How much audio of one input is decoded, seconds. A few bytes may stand for hours. */
const MOST_SECONDS = 5;

/** The most samples of one block, at 16 kHz. Decoding a longer one would make everybody else wait. */
const LONGEST_BLOCK = 20 * SAMPLE_RATE;

async function hear(chunks: AsyncIterable<Float32Array>): Promise<void> {
  let heard = 0;
  for await (const samples of chunks) {
    mustHold(samples.length <= LONGEST_BLOCK, 'a block of audio keeps the limit of its length');
    heard += samples.length;
    if (heard > MOST_SECONDS * SAMPLE_RATE) return;
  }
}

/** A stored recording that consists of these bytes and is read in pieces. */
export function storedRecording(bytes: Buffer): StoredRecording {
  return {
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- required by StoredRecording
    async *read(start, end) {
      for (let at = start; at < Math.min(end, bytes.length); at += PIECE_BYTES)
        yield bytes.subarray(at, Math.min(end, at + PIECE_BYTES));
    },
  };
}

const PIECE_BYTES = 1_000;
