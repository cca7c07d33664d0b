import { recordingKind, waveHeader } from '@auscult/asr';
import { audioFormatOf } from '../../compatibility/deepgram/audio-format.js';
import type { UploadedFile } from '../../transcriptions/upload-source.js';
import type { RecordingWishes } from './parameters.js';

/** Bytes by which a WAVE file is recognised. */
const HEAD_BYTES = 12;

/**
 * The file as it is to be decoded: samples without a header are given one. A WAVE file remains as it is, since it says
 * better what it holds.
 * @throws {RequestError} if the query does not say how many samples there are in a second
 */
export async function withHeader(
  file: UploadedFile,
  wishes: Partial<RecordingWishes>,
): Promise<UploadedFile> {
  const format = audioFormatOf(wishes);
  if (format.kind === 'encoded' || file.size === 0 || (await isWave(file))) return file;
  return prefixed(file, waveHeader(file.size, format));
}

async function isWave(file: UploadedFile): Promise<boolean> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(0, HEAD_BYTES)) pieces.push(piece);
  return recordingKind(Buffer.concat(pieces)) === 'WAV';
}

function prefixed(file: UploadedFile, head: Uint8Array): UploadedFile {
  return {
    size: head.length + file.size,
    read: async function* (start, end) {
      if (start < head.length) yield head.subarray(start, end);
      if (end > head.length) yield* file.read(Math.max(0, start - head.length), end - head.length);
    },
    remove: () => file.remove(),
  };
}
