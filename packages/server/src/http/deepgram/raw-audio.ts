import { recordingKind, waveHeader, type PcmEncoding } from '@auscult/asr';
import type { DeepgramEncoding } from '../../compatibility/deepgram/parameters.js';
import { RequestError } from '../../errors.js';
import type { UploadedFile } from '../../transcriptions/upload-source.js';
import type { RecordingWishes } from './parameters.js';

/** Encodings of samples without a header. */
const raw: Readonly<Partial<Record<DeepgramEncoding, PcmEncoding>>> = {
  linear16: 's16le',
  linear32: 'f32le',
  mulaw: 'mulaw',
  alaw: 'alaw',
};

/** Samples a second of telephone lines. */
const TELEPHONE_RATE = 8_000;

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
  const { encoding, channels = 1 } = wishes;
  const pcm = encoding && raw[encoding];
  if (pcm === undefined) return file;
  const isCompanded = pcm === 'mulaw' || pcm === 'alaw';
  const sampleRate = wishes.sampleRate ?? (isCompanded ? TELEPHONE_RATE : undefined);
  if (sampleRate === undefined)
    throw new RequestError('invalid_request', {
      field: 'sample_rate',
      limit: 'a number beside this encoding',
    });
  if (file.size === 0 || (await isWave(file))) return file;
  return prefixed(file, waveHeader(file.size, { encoding: pcm, sampleRate, channels }));
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
