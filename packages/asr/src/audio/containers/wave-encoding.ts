import type { PcmEncoding } from '../pcm.js';
import { isWaveHeader } from './riff-chunks.js';

/**
 * How samples are stored in the WAVE file that begins with these bytes; `other` if that is not a layout in which samples are
 * streamed, or if these bytes do not tell. Undefined if they begin no WAVE file.
 */
export function waveEncoding(head: Uint8Array): PcmEncoding | 'other' | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (!isWaveHeader(bytes)) return undefined;
  for (let at = 12; at + 24 <= bytes.length; at += 8 + bytes.readUInt32LE(at + 4)) {
    if (bytes.toString('latin1', at, at + 4) !== 'fmt ') continue;
    const format = `${bytes.readUInt16LE(at + 8)}/${bytes.readUInt16LE(at + 22)}`;
    return encodings[format] ?? 'other';
  }
  return 'other';
}

/**
 * Format tags: PCM 1, IEEE float 3, A-law 6, µ-law 7, and the tag of the extensible form, for which the bits per sample tell enough
 * here.
 */
const encodings: Readonly<Record<string, PcmEncoding>> = {
  '1/16': 's16le',
  '3/32': 'f32le',
  '6/8': 'alaw',
  '7/8': 'mulaw',
  '65534/16': 's16le',
  '65534/32': 'f32le',
};
