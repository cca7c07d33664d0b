import { recordingKind, waveEncoding, type RecordingKind } from '@auscult/asr';
import type { SessionSettings } from '@auscult/protocol';

/** What the first bytes look like that should be samples but are not. */
export interface EncodedAudio {
  /** After the header of a WAVE file come samples as they should be; all else would have to be decoded. */
  readonly code: 'encoded_audio' | 'wave_header';
  readonly kind: RecordingKind;
}

/** Looks at the beginning of a stream. */
export interface EncodedAudioWatch {
  /** Takes the next bytes. Tells once what they look like, if they are no samples. */
  readonly take: (bytes: Uint8Array, encoding: SessionSettings['encoding']) => EncodedAudio | undefined;
}

/** Two frames of MP3 at its highest rate, and of AAC, are shorter. */
const WATCHED_BYTES = 4096;

/** Bytes that are enough for a container. */
const LEAST_BYTES = 12;

/** Watches the first 4 KiB, which it holds until then. */
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
