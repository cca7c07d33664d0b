/** Samples at 16 kHz, as s16le at 24 kHz: good enough for speech. */
export function at24k(pcm: Uint8Array): Uint8Array {
  const samples = samplesOf(pcm);
  const faster = Int16Array.from({ length: Math.floor((samples.length * 3) / 2) }, (_, at) => {
    const place = (at * 2) / 3;
    const before = samples[Math.floor(place)] ?? 0;
    return before + ((samples[Math.ceil(place)] ?? before) - before) * (place % 1);
  });
  return new Uint8Array(faster.buffer);
}

/** Samples at 16 kHz, as µ-law at 8 kHz (ITU-T G.711). */
export function asMulaw(pcm: Uint8Array): Uint8Array {
  const samples = samplesOf(pcm);
  return Uint8Array.from({ length: Math.floor(samples.length / 2) }, (_, at) =>
    mulawOf(((samples[2 * at] ?? 0) + (samples[2 * at + 1] ?? 0)) / 2),
  );
}

function samplesOf(pcm: Uint8Array): Int16Array {
  return new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
}

const BIAS = 132;
const MOST = 32_635;

function mulawOf(sample: number): number {
  const magnitude = Math.min(MOST, Math.abs(Math.round(sample))) + BIAS;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}
