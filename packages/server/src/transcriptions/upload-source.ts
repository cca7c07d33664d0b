import {
  SAMPLE_RATE,
  SpeechError,
  type DecodeOptions,
  type DecoderPool,
  type Recording,
  type StoredRecording,
} from '@auscult/asr';
import type { SealedFile } from '../storage/sealed-file.js';
import { heardParts, mayBeParted, WHOLE, type HeardPart, type Separation } from './heard-parts.js';
import type { ChannelSource, RecordingSource } from './recording-source.js';
import { recordingTooLong } from './transcribe-source.js';

/** The name of a recording in messages, since its file name may be that of a patient. */
const NAME = 'The recording';

/** The file of an upload. */
export type UploadedFile = Pick<SealedFile, 'size' | 'read' | 'remove'>;

/** An upload that holds sound. */
export interface OpenedUpload extends RecordingSource {
  /** Channels of all tracks in the file; 2 for MP3, and for what ffmpeg decodes. */
  readonly channelsInFile: number;
  /** Whether all of it is decoded already, so that it can be transcribed without a decoder. */
  readonly isKept: boolean;
}

/** How an upload is decoded. */
export interface UploadDecoding {
  readonly decoders: DecoderPool;
  /** Whose recording it is: turns are shared evenly between these keys. */
  readonly key: string;
  /** The longest recording; a longer one is given up, seconds. */
  readonly maxSeconds: number;
  /**
   * A recording that is no longer than this is decoded at once, and kept in memory until it is transcribed, seconds; by default,
   * every recording is decoded when it is transcribed.
   */
  readonly keepUpToSeconds?: number;
  readonly separation: Separation;
  /** Aborted if the sender leaves before it was told that there is sound. */
  readonly signal: AbortSignal;
}

/**
 * A recording that was uploaded. Its channels and tracks are mixed to one, but for those that `separation` has heard by
 * themselves. Decodes up to the first sound, so that the sender learns at once if there is none. Throws what decoders throw,
 * and `recording_too_long`; the file is left to the caller then.
 */
export async function openUpload(
  file: UploadedFile,
  { decoders, key, maxSeconds, keepUpToSeconds = 0, separation, signal }: UploadDecoding,
): Promise<OpenedUpload> {
  let read = 0;
  let decodedSeconds = 0;
  const stored = storedIn(file, (end) => (read = end));
  const decode = (purpose: DecodeOptions['purpose'], options: Partial<DecodeOptions>): Promise<Recording> =>
    decoders.open(stored, { name: NAME, purpose, key, maxSeconds, ...options }).catch((error: unknown) => {
      throw limited(error, maxSeconds);
    });
  let isDamaged = false;
  const onFirstDamage = (): void => {
    isDamaged = true;
  };
  const look = (part: HeardPart): Promise<Recording> =>
    decode('look', { ...part, signal, onDamage: onFirstDamage });
  const recording = await look(WHOLE);
  const { durationSeconds, channels: channelsInFile } = recording;
  const isCompared = mayBeParted(recording, separation);
  // It holds one of few places, which those that are compared need.
  if (isCompared) await recording.close();
  const parts = isCompared ? await heardParts(recording, separation, look) : [WHOLE];
  const kept = await keptParts(parts, keepUpToSeconds, (part) =>
    isCompared ? look(part) : Promise.resolve(recording),
  ).catch((error: unknown) => {
    throw limited(error, maxSeconds);
  });
  const release = (): Promise<void> => file.remove();
  if (kept !== undefined)
    return { ...sourceOfSamples(kept, () => isDamaged), channelsInFile, isKept: true, release };
  return {
    origin: 'upload',
    audioSeconds: durationSeconds,
    startSeconds: 0,
    channels: parts.map((part, index) => ({
      channel: parts.length > 1 ? index : undefined,
      open: async function* (onDamage) {
        read = 0;
        const opened = await decode('read', { onDamage, ...part });
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
    channelsInFile,
    isKept: false,
    release,
  };
}

/** All audio of each part, if it is short enough; otherwise closes what it opened, and returns undefined. */
async function keptParts(
  parts: readonly HeardPart[],
  upToSeconds: number,
  open: (part: HeardPart) => Promise<Recording>,
): Promise<readonly KeptSamples[] | undefined> {
  const kept: KeptSamples[] = [];
  for (const part of parts) {
    const samples = await keptSamples(await open(part), upToSeconds);
    if (samples === undefined) return undefined;
    kept.push(samples);
  }
  return kept;
}

/** The audio of a channel, in pieces. */
type KeptSamples = readonly Float32Array[];

async function keptSamples(recording: Recording, upToSeconds: number): Promise<KeptSamples | undefined> {
  const { durationSeconds = 0 } = recording;
  if (upToSeconds === 0 || durationSeconds > upToSeconds) {
    await recording.close();
    return undefined;
  }
  const kept: Float32Array[] = [];
  let samples = 0;
  for await (const chunk of recording.chunks()) {
    kept.push(chunk);
    samples += chunk.length;
    // Leaving the loop closes the recording.
    if (samples > upToSeconds * SAMPLE_RATE) return undefined;
  }
  return kept;
}

function sourceOfSamples(
  kept: readonly KeptSamples[],
  isDamaged: () => boolean,
): Omit<RecordingSource, 'release'> {
  const seconds = Math.max(...kept.map(secondsOf));
  return {
    origin: 'upload',
    audioSeconds: seconds,
    startSeconds: 0,
    channels: kept.map((samples, index): ChannelSource => ({
      channel: kept.length > 1 ? index : undefined,
      open: async function* (onDamage) {
        yield* samples;
        await Promise.resolve();
        if (isDamaged()) onDamage();
      },
      share: (heard) => (seconds === 0 ? 1 : heard / seconds),
    })),
  };
}

function secondsOf(samples: KeptSamples): number {
  return samples.reduce((sum, { length }) => sum + length, 0) / SAMPLE_RATE;
}

/** Adds to an error about length how long a recording may be. */
function limited(error: unknown, maxSeconds: number): unknown {
  return error instanceof SpeechError && error.code === 'recording_too_long'
    ? recordingTooLong(maxSeconds)
    : error;
}

function storedIn(file: UploadedFile, onRead: (end: number) => void): StoredRecording {
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
