/** A frame and its power spectrum, in memory that every transform reuses. */
export interface PowerSpectrum {
  /** The frame to transform. */
  readonly frame: Float64Array;
  /** The squared magnitudes of its discrete Fourier transform, from 0 to half the sample rate. */
  readonly power: Float64Array;
  /** Fills `power` from `frame`. */
  readonly transform: () => void;
}

/** Makes room for a frame of `size` samples, a power of two: an iterative transform of radix 2 (Cooley and Tukey 1965). */
export function createPowerSpectrum(size: number): PowerSpectrum {
  const frame = new Float64Array(size);
  const power = new Float64Array(size / 2 + 1);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  const turned = Array.from({ length: size }, (_, at) => reversed(at, Math.log2(size)));
  const cosines = Float64Array.from({ length: size / 2 }, (_, turn) => Math.cos((2 * Math.PI * turn) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, turn) => Math.sin((2 * Math.PI * turn) / size));

  const joinHalves = (length: number) => {
    const [half, step] = [length / 2, size / length];
    for (let start = 0; start < size; start += length) {
      for (let k = 0; k < half; k++) {
        const [one, other] = [start + k, start + k + half];
        const [cosine, sine] = [cosines[k * step] as number, sines[k * step] as number];
        const turnedRe = (re[other] as number) * cosine + (im[other] as number) * sine;
        const turnedIm = (im[other] as number) * cosine - (re[other] as number) * sine;
        re[other] = (re[one] as number) - turnedRe;
        im[other] = (im[one] as number) - turnedIm;
        re[one] = (re[one] as number) + turnedRe;
        im[one] = (im[one] as number) + turnedIm;
      }
    }
  };

  return {
    frame,
    power,
    transform() {
      for (let at = 0; at < size; at++) re[at] = frame[turned[at] as number] as number;
      im.fill(0);
      for (let length = 2; length <= size; length *= 2) joinHalves(length);
      for (let bin = 0; bin < power.length; bin++) {
        power[bin] = (re[bin] as number) ** 2 + (im[bin] as number) ** 2;
      }
    },
  };
}

/** A number of `bits` bits with these in the opposite order. */
function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result = (result << 1) | ((value >> bit) & 1);
  return result;
}
