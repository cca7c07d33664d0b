import { decodePcm, type PcmEncoding } from '@auscult/asr';

/** Interleaved samples of two channels as floats of one, little-endian, which is the mean of both. */
export function mixedToOne(bytes: Uint8Array, encoding: PcmEncoding): Uint8Array {
  const [left = new Float32Array(), right = left] = decodePcm(bytes, encoding, 2);
  const mixed = new DataView(new ArrayBuffer(left.length * Float32Array.BYTES_PER_ELEMENT));
  left.forEach((sample, at) => {
    mixed.setFloat32(at * Float32Array.BYTES_PER_ELEMENT, (sample + (right[at] ?? 0)) / 2, true);
  });
  return new Uint8Array(mixed.buffer);
}
