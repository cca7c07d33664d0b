import { endianness } from 'node:os';
import { SpeechError } from '../speech-error.js';
import { companded } from './containers/companding.js';

/**
 * Sample layouts accepted on input, interleaved: signed 16-bit or 32-bit float, little-endian, or a byte by one of the
 * telephone laws of ITU-T G.711.
 */
export type PcmEncoding = 's16le' | 'f32le' | 'mulaw' | 'alaw';

/** Bytes that one sample of one channel takes. */
export function bytesPerSample(encoding: PcmEncoding): number {
  return layouts[encoding].bytes;
}

/**
 * Splits interleaved PCM into one array per channel, samples within -1 to 1. The result shares no memory with
 * `bytes`. Floats that are NaN or infinite become 0 and louder ones are clipped: otherwise one bad sample would
 * poison every later output of a recursive filter or a model. Throws `unsupported_audio` unless `bytes` is a whole
 * number of frames (one sample of each channel).
 */
export function decodePcm(bytes: Uint8Array, encoding: PcmEncoding, channels = 1): Float32Array[] {
  const sampleBytes = bytesPerSample(encoding);
  const frameBytes = sampleBytes * channels;
  if (bytes.byteLength % frameBytes !== 0) throw incompleteFrame(bytes.byteLength, frameBytes);

  const frames = bytes.byteLength / frameBytes;
  // A DataView reads at any alignment, and as little-endian on any machine.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { decode } = layouts[encoding];
  return Array.from({ length: channels }, (_, channel) =>
    decode(view, channel * sampleBytes, frameBytes, new Float32Array(frames)),
  );
}

/** Samples within -1 to 1 as signed 16-bit PCM, little-endian. Louder ones are clipped. */
export function encodePcm(samples: Float32Array): Uint8Array {
  const values = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.round((samples[i] as number) * 32_768);
    values[i] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
  }
  const bytes = Buffer.from(values.buffer);
  return endianness() === 'BE' ? bytes.swap16() : bytes;
}

/** Reads every `stride` bytes from `offset` on. */
type DecodeSamples = (view: DataView, offset: number, stride: number, out: Float32Array) => Float32Array;

const layouts: Readonly<Record<PcmEncoding, { readonly bytes: number; readonly decode: DecodeSamples }>> = {
  s16le: { bytes: 2, decode: decodeInt16 },
  f32le: { bytes: 4, decode: decodeFloat32 },
  mulaw: { bytes: 1, decode: decodeBy(companded.muLaw) },
  alaw: { bytes: 1, decode: decodeBy(companded.aLaw) },
};

function decodeBy(table: Float32Array): DecodeSamples {
  return (view, offset, stride, out) => {
    for (let i = 0; i < out.length; i++) out[i] = table[view.getUint8(offset + i * stride)] ?? 0;
    return out;
  };
}

function decodeInt16(view: DataView, offset: number, stride: number, out: Float32Array): Float32Array {
  for (let i = 0; i < out.length; i++) out[i] = view.getInt16(offset + i * stride, true) / 32_768;
  return out;
}

function decodeFloat32(view: DataView, offset: number, stride: number, out: Float32Array): Float32Array {
  for (let i = 0; i < out.length; i++) {
    const sample = view.getFloat32(offset + i * stride, true);
    out[i] = Number.isFinite(sample) ? Math.min(1, Math.max(-1, sample)) : 0;
  }
  return out;
}

function incompleteFrame(bytes: number, frameBytes: number): SpeechError {
  return new SpeechError(
    'unsupported_audio',
    `${bytes} bytes of PCM are no whole number of samples.`,
    `Send a multiple of ${frameBytes} bytes.`,
  );
}

/** 16-bit samples as floats within ±1. */
export function floatsOf(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32_768);
}
