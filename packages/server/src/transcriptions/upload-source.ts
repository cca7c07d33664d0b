import {
  areTracksApart,
  SAMPLE_RATE,
  SpeechError,
  type DecodeOptions,
  type DecoderPool,
  type Recording,
  type StoredRecording,
} from '@auscult/asr';
import type { SealedFile } from '../storage/sealed-file.js';
import type { RecordingSource } from './recording-source.js';
import { recordingTooLong } from './transcribe-source.js';

/** The name of a recording in messages, since its file name may be that of a patient. */
const NAME = 'The recording';

/** How an upload is decoded. */
export interface UploadDecoding {
  readonly decoders: DecoderPool;
  /** Whose recording it is: turns are shared evenly between these keys. */
  readonly key: string;
  /** The longest recording; a longer one is given up, seconds. */
  readonly maxSeconds: number;
  /** Aborted if the sender leaves before it was told that there is sound. */
  readonly signal: AbortSignal;
}

/**
 * A recording that was uploaded. Its channels are mixed to one, and so are its tracks unless each has speech of its
 * own. Decodes up to the first sound, so that the sender learns at once if there is none. Throws what decoders throw,
 * and `recording_too_long`; the file is left to the caller then.
 */
export async function openUpload(
  file: SealedFile,
  { decoders, key, maxSeconds, signal }: UploadDecoding,
): Promise<RecordingSource> {
  let read = 0;
  let decodedSeconds = 0;
  const stored = storedIn(file, (end) => (read = end));
  const decode = (purpose: DecodeOptions['purpose'], options: Partial<DecodeOptions>): Promise<Recording> =>
    decoders.open(stored, { name: NAME, purpose, key, maxSeconds, ...options }).catch((error: unknown) => {
      throw limited(error, maxSeconds);
    });
  const recording = await decode('look', { signal });
  await recording.close();
  const { durationSeconds, tracks } = recording;
  const isApart =
    tracks > 1 &&
    (await areTracksApart(tracks, (track) => decode('look', { track, signal, onDamage: () => undefined })));
  const heard: readonly (number | undefined)[] = isApart
    ? Array.from({ length: tracks }, (_, i) => i)
    : [undefined];
  return {
    origin: 'upload',
    audioSeconds: durationSeconds,
    startSeconds: 0,
    channels: heard.map((track) => ({
      channel: track,
      open: async function* (onDamage) {
        read = 0;
        const opened = await decode('read', { onDamage, track });
        let seconds = 0;
        try {
          for await (const chunk of opened.chunks()) {
            seconds += chunk.length / SAMPLE_RATE;
            decodedSeconds = Math.max(decodedSeconds, seconds);
            yield chunk;
          }
        } catch (error) {
          throw limited(error, maxSeconds);
        }
      },
      share: (seconds) => {
        if (durationSeconds !== undefined) return seconds / durationSeconds;
        // What was read is decoded later, and heard later still.
        return decodedSeconds === 0 ? 0 : (read / file.size) * (seconds / decodedSeconds);
      },
    })),
    release: () => file.remove(),
  };
}

/** Adds to an error about length how long a recording may be. */
function limited(error: unknown, maxSeconds: number): unknown {
  return error instanceof SpeechError && error.code === 'recording_too_long'
    ? recordingTooLong(maxSeconds)
    : error;
}

function storedIn(file: SealedFile, onRead: (end: number) => void): StoredRecording {
  return {
    size: file.size,
    read: async function* (start, end) {
      let at = start;
      for await (const piece of file.read(start, end)) {
        at += piece.length;
        onRead(at);
        yield piece;
      }
    },
  };
}
