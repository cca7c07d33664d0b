import type { DecodedAudio, DecodedBlock, RecordingInput } from '../containers/container.js';
import { openWithFfmpeg } from '../containers/ffmpeg.js';
import { openFlac } from '../containers/flac.js';
import { skipId3Tags } from '../containers/id3.js';
import { openMp3 } from '../containers/mp3.js';
import { parseFrameHeader } from '../containers/mpeg-frames.js';
import { asBuffer } from '../containers/ogg.js';
import { recordingKind } from '../containers/recording-kind.js';
import { brokenContainer, unknownContainer } from '../containers/unreadable.js';
import { openWav } from '../containers/wav.js';
import { openWebm } from '../containers/webm.js';
import { openOggStream } from './ogg-stream.js';

/**
 * Decodes a recording while it is made, and recordings that follow it: WebM, Ogg, FLAC, WAV, MP3, and MP4 with the
 * help of ffmpeg, told apart by their first bytes. Gives out each block as soon as its bytes are there. Throws
 * `container_unknown` if it begins as none of these, `container_broken` as soon as it is damaged, and
 * `sample_rate_out_of_range`.
 */
export async function* decodeStream(input: RecordingInput): AsyncGenerator<DecodedBlock, void> {
  for (let isFirst = true; ; isFirst = false) {
    await skipId3Tags(input.bytes);
    const head = await input.bytes.peek(DETECTION_BYTES);
    if (head.length === 0) return;
    const open = openerOf(asBuffer(head));
    if (open === undefined)
      throw isFirst
        ? unknownContainer(input.name, recordingKind(head))
        : brokenContainer(input.name, 'goes on behind its end with bytes that are no recording');
    yield* (await open(input)).blocks;
  }
}

/** Bytes that tell the kind: `RIFF`, a size and `WAVE` take the most. */
const DETECTION_BYTES = 12;

type Open = (input: RecordingInput) => DecodedAudio | Promise<DecodedAudio>;

function openerOf(head: Buffer): Open | undefined {
  switch (recordingKind(head)) {
    case 'WebM or Matroska':
      return openWebm;
    case 'Ogg':
      return openOggStream;
    case 'FLAC':
      return openFlac;
    case 'WAV':
      return openWav;
    case 'MP4':
      return head.toString('latin1', 4, 8) === 'ftyp' ? openWithFfmpeg : undefined;
    case undefined:
      // A single header is enough where a recording was announced.
      return parseFrameHeader(head) === undefined ? undefined : openMp3;
    default:
      return undefined;
  }
}
