import { createByteSource, type ByteSource } from '../../../packages/asr/dist/audio/byte-source.js';
import {
  ENCODED_BLOCK_BYTES,
  type OpenContainer,
  type RecordingInput,
} from '../../../packages/asr/dist/audio/containers/container.js';
import {
  DETECTION_BYTES,
  detectContainer,
} from '../../../packages/asr/dist/audio/containers/detect-container.js';
import { openFlac } from '../../../packages/asr/dist/audio/containers/flac.js';
import { readFlacFrames } from '../../../packages/asr/dist/audio/containers/flac-frames.js';
import { skipId3Tags } from '../../../packages/asr/dist/audio/containers/id3.js';
import { openMp3 } from '../../../packages/asr/dist/audio/containers/mp3.js';
import { isMpegAudio } from '../../../packages/asr/dist/audio/containers/mpeg-frames.js';
import { readOggPages } from '../../../packages/asr/dist/audio/containers/ogg.js';
import { oggCodec, preSkipOf } from '../../../packages/asr/dist/audio/containers/ogg-codec.js';
import { openOgg } from '../../../packages/asr/dist/audio/containers/ogg-recording.js';
import { recordingKind } from '../../../packages/asr/dist/audio/containers/recording-kind.js';
import { isTagHead, skipTags } from '../../../packages/asr/dist/audio/containers/tags.js';
import { LONGEST_GAP_SECONDS, measureGap } from '../../../packages/asr/dist/audio/containers/timeline.js';
import { BrokenProperty, mustHold, unlessRefusedLater, type FuzzTarget } from '../target.js';
import { storedRecording } from './recording.js';
import { withRightFrames, withRightPages } from './right-checksums.js';

type Framed = 'flac' | 'ogg' | 'mp3';

/**
 * The code that takes recordings apart before their codec: their beginning, their frames or pages, and what follows
 * them. Codecs are WebAssembly and take milliseconds to start; without them, a hundred times as many inputs are run.
 * Each input is run as it is, and again with right checksums.
 */
export function framingTarget(container: Framed): FuzzTarget {
  return {
    longest: 16_384,
    // After each mark that may begin a frame or page, the code examines as many bytes as the longest frame or page has.
    allowed: { ms: 60, msPerKiB: 20 },
    share: 0.5,
    prepare: () => async (input) => {
      for (const bytes of [input, ...mended[container](input)]) await takeApart(bytes, container);
    },
  };
}

const mended: Readonly<Record<Framed, (bytes: Buffer) => readonly Buffer[]>> = {
  flac: (bytes) => [withRightFrames(bytes)],
  ogg: (bytes) => [withRightPages(bytes)],
  mp3: () => [],
};

/** A file may hold several recordings in a row. No more than so many are read. */
const MOST_RECORDINGS = 100;

async function takeApart(bytes: Buffer, container: Framed): Promise<void> {
  const input = inputOf(bytes);
  await skipId3Tags(input.bytes);
  for (let recordings = 0; recordings < MOST_RECORDINGS; recordings++) {
    const kind = detectContainer(await input.bytes.peek(DETECTION_BYTES));
    if (kind === 'other' || kind === 'wav' || kind === 'webm' || (recordings === 0 && kind !== container))
      return;
    const before = input.bytes.position();
    await unlessRefusedLater(['SpeechError'], async () => {
      const { durationSeconds } = await openers[kind](input);
      mustHold(!(durationSeconds !== undefined && durationSeconds < 0), 'a duration is not negative');
      await takers[kind](input.bytes, bytes.length);
    });
    await skipTags(input.bytes);
    if (input.bytes.position() === before) return;
  }
}

function inputOf(bytes: Buffer): RecordingInput {
  const stored = storedRecording(bytes);
  const pieces = stored.read(0, bytes.length)[Symbol.asyncIterator]();
  return {
    name: 'The recording',
    bytes: createByteSource(async () => {
      const next = await pieces.next();
      return next.done === true ? undefined : next.value;
    }),
    file: { path: undefined, size: bytes.length, read: stored.read.bind(stored) },
    startFfmpeg: () => {
      throw new BrokenProperty('ffmpeg is not asked for what is read without it');
    },
  };
}

const openers: Readonly<Record<Framed, OpenContainer>> = { flac: openFlac, ogg: openOgg, mp3: openMp3 };

const takers: Readonly<Record<Framed, (bytes: ByteSource, size: number) => Promise<void>>> = {
  flac: async (bytes, size) => {
    for await (const frame of readFlacFrames(bytes, isNoFrame)) {
      mustHold(frame.bytes.length > 0 && bytes.position() <= size, 'a frame lies within its file');
      mustHold(
        Number.isSafeInteger(frame.position) && frame.position >= 0,
        'the position of a frame is a valid number',
      );
      checkGap(frame.position);
    }
  },
  ogg: async (bytes, size) => {
    for await (const page of readOggPages(bytes)) {
      mustHold(
        page.body.length < page.bytes.length && bytes.position() <= size,
        'a page lies within its file',
      );
      mustHold(preSkipOf(page.body) === 0 || oggCodec(page.body) === 'opus', 'only Opus has a pre-skip');
      checkGap(page.position);
    }
  },
  mp3: async (bytes, size) => {
    const start = bytes.position();
    let taken = 0;
    for await (const block of bytes.blocks(ENCODED_BLOCK_BYTES)) {
      isMpegAudio(block);
      taken += block.length;
    }
    mustHold(taken === size - start, 'every byte is given to the decoder');
  },
};

function isNoFrame(head: Uint8Array): boolean {
  return recordingKind(head) !== undefined || isTagHead(head);
}

/** A file may claim any position. The silence that fills the gap before it must stay below a limit. */
function checkGap(position: number): void {
  const { silentSeconds } = measureGap(position / LEAST_RATE);
  mustHold(silentSeconds >= 0 && silentSeconds <= LONGEST_GAP_SECONDS, 'a gap keeps the limit of its length');
}

/** Samples a second. */
const LEAST_RATE = 4_000;
