/** How the samples of a WAVE file are written: PCM has the tag 1, floats 3, µ-law 7. */
export interface WaveFormat {
  readonly tag: 1 | 3 | 7;
  readonly bits: 8 | 16 | 32;
  readonly sampleRate: number;
  readonly channels: number;
}

/** The format in which the server keeps speech. */
export const SPEECH_WAVE: WaveFormat = { tag: 1, bits: 16, sampleRate: 16_000, channels: 1 };

/** A WAVE file with these bytes of samples. `dataBytes` is the number of bytes that its header claims. */
export function waveFile(
  { tag, bits, sampleRate, channels }: WaveFormat,
  data: Uint8Array,
  dataBytes = data.length,
): Buffer<ArrayBuffer> {
  const frameBytes = (bits / 8) * channels;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(tag, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return Buffer.concat([header, data]);
}

/** A stereo WAVE file with these channels, s16le at 16 kHz; the shorter one ends in silence. */
export function stereoWave(left: Uint8Array, right: Uint8Array): Buffer<ArrayBuffer> {
  const data = Buffer.alloc(2 * Math.max(left.length, right.length));
  for (const [channel, pcm] of [left, right].entries())
    for (let at = 0; at < pcm.length; at += 2) data.set(pcm.subarray(at, at + 2), 2 * at + 2 * channel);
  return waveFile({ ...SPEECH_WAVE, channels: 2 }, data);
}
