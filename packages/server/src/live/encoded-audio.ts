import { recordingKind, waveEncoding, type RecordingKind } from '@auscult/asr';
import type { SampleEncoding } from '@auscult/protocol';

/** What the first bytes of a stream look like, if they do not look like samples. */
export interface EncodedAudio {
  /** `wave_header`: the header of a WAVE file, which samples follow. `encoded_audio`: anything that has to be decoded first. */
  readonly code: 'encoded_audio' | 'wave_header';
  readonly kind: RecordingKind;
}

/** Looks at the beginning of a stream. */
export interface EncodedAudioWatch {
  /** Takes the next bytes. Tells once what they look like, if they are no samples. */
  readonly take: (bytes: Uint8Array, encoding: SampleEncoding) => EncodedAudio | undefined;
}

/** Bytes of a stream that are looked at: more than two frames of MP3 at its highest rate, or of AAC. */
const WATCHED_BYTES = 4096;

/** Bytes that are enough for a container. */
const LEAST_BYTES = 12;

/** Makes a watch over the first 4 KiB of a stream, which it keeps meanwhile. */
export function createEncodedAudioWatch(): EncodedAudioWatch {
  let head = Buffer.alloc(0);
  let looked = 0;
  let isOver = false;
  return {
    take(bytes, encoding) {
      if (isOver) return undefined;
      head = Buffer.concat([head, bytes.subarray(0, WATCHED_BYTES - head.length)]);
      // Tiny frames are not examined one by one.
      if (head.length < LEAST_BYTES || (head.length < 2 * looked && head.length < WATCHED_BYTES))
        return undefined;
      looked = head.length;
      const kind = recordingKind(head);
      const isHeader = kind === 'WAV' && waveEncoding(head) === encoding;
      isOver = kind !== undefined || head.length === WATCHED_BYTES;
      if (isOver) head = Buffer.alloc(0);
      return kind && { code: isHeader ? 'wave_header' : 'encoded_audio', kind };
    },
  };
}
