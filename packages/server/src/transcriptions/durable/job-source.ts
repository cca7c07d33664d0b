import { decodePcm, type DecoderPool } from '@auscult/asr';
import { RequestError } from '../../errors.js';
import type { OpenedSealedFile } from '../../storage/sealed-file.js';
import type { RecordingSource } from '../recording-source.js';
import type { Separation } from '../heard-parts.js';
import { openUpload } from '../upload-source.js';
import { AudioAwayError, audioName, type JobAudio } from './job-audio.js';
import { audioFileKey } from './job-keys.js';
import type { ClaimedJob } from './job-store.js';

/** The audio of a job. */
export interface JobSource extends RecordingSource {
  /** Whether some of the audio is not there any more as it was kept. */
  readonly isDamaged: () => boolean;
}

interface SourceServices {
  readonly audio: JobAudio;
  readonly decoders: DecoderPool;
  readonly maxSeconds: number;
  /** What is heard by itself of a recording that was uploaded. */
  readonly separation: Separation;
  readonly signal: AbortSignal;
}

/**
 * Opens the audio of a job; `release` closes it, and deletes nothing. Throws `stored_audio_damaged` if it is missing or
 * damaged, an `AudioAwayError` if its place cannot be reached, and what decoders throw.
 */
export async function openJobSource(
  { row, order }: ClaimedJob,
  { audio, decoders, maxSeconds, separation, signal }: SourceServices,
): Promise<JobSource> {
  let damaged = false;
  const isDamaged = (): boolean => damaged;
  const lost = (cause: unknown): RequestError => {
    damaged = true;
    return new RequestError('stored_audio_damaged', {}, undefined, { cause });
  };
  const opened: OpenedSealedFile[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(opened.map((file) => file.close()));
  };
  try {
    for (const [index, size] of order.sizes.entries()) {
      const key = audioFileKey(order.audioKey, index);
      opened.push(await audio.open(audioName(row.id, index), key, size));
    }
  } catch (error) {
    await release();
    throw error instanceof AudioAwayError ? error : lost(error);
  }
  const files = opened.map((file) => ({
    size: file.size,
    read: async function* (start: number, end: number) {
      try {
        yield* file.read(start, end);
      } catch (error) {
        throw lost(error);
      }
    },
  }));
  if (row.origin === 'session')
    return {
      ...sourceOfSession(files, row.audio_seconds ?? 0, order.startSeconds),
      release,
      isDamaged,
    };
  try {
    const [file] = files;
    if (file === undefined) throw lost(undefined);
    const upload = await openUpload(
      { ...file, remove: release },
      {
        decoders,
        key: `${row.tenant}/${row.owner}`,
        maxSeconds,
        separation,
        signal,
      },
    );
    return { ...upload, isDamaged };
  } catch (error) {
    await release();
    throw isDamaged() ? lost(error) : error;
  }
}

type ReadFile = Pick<OpenedSealedFile, 'size' | 'read'>;

function sourceOfSession(
  files: readonly ReadFile[],
  audioSeconds: number,
  startSeconds: number,
): Omit<RecordingSource, 'release'> {
  return {
    origin: 'session',
    audioSeconds,
    startSeconds,
    channels: files.map((file, channel) => ({
      channel: files.length > 1 ? channel : undefined,
      open: async function* () {
        for await (const bytes of file.read(0, file.size)) yield* decodePcm(bytes, 's16le');
      },
      share: (seconds) => (audioSeconds === 0 ? 1 : seconds / audioSeconds),
    })),
  };
}
