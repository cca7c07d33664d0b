import { waveHeader } from '@auscult/asr';

/** 16 kHz mono PCM as a WAV file. */
export function wavOf(pcm: readonly Int16Array[]): Buffer {
  const bytes = pcm.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return Buffer.concat([
    waveHeader(bytes),
    ...pcm.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ]);
}
