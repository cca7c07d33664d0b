/** Samples of a frame: 25 ms at 16 kHz. */
export const FEATURE_FRAME_SAMPLES = 400;

/** The periodic Hann window of a frame. */
export const HANN_WINDOW = Float64Array.from(
  { length: FEATURE_FRAME_SAMPLES },
  (_, sample) => (1 - Math.cos((2 * Math.PI * sample) / FEATURE_FRAME_SAMPLES)) / 2,
);

/** Bins of a frame's spectrum, 0 to 8,000 Hz in steps of 40 Hz. */
const SPECTRUM_BINS = FEATURE_FRAME_SAMPLES / 2 + 1;

/** Two frames that are transformed at once, in memory that every transform reuses. */
export interface FrameSpectra {
  /** The frames to transform, 400 samples each. Their contents are lost in `transform`. */
  readonly frames: readonly [Float64Array, Float64Array];
  /** The squared magnitudes of each frame's discrete Fourier transform, 201 bins. */
  readonly powers: readonly [Float64Array, Float64Array];
  /** Fills `powers` from `frames`. */
  transform(): void;
}

/**
 * Makes room for two frames and their spectra.
 *
 * A real frame has a symmetric spectrum and an imaginary one an antisymmetric one, so a single complex transform of
 * both gives two spectra. It is a Stockham transform (Cochran et al. 1967) with stages of radix 4, 4, 5 and 5, in
 * double precision, since single precision errs by more than 1e-4 in a logarithm 80 dB below the loudest.
 */
export function createFrameSpectra(): FrameSpectra {
  const frames = pair(FEATURE_FRAME_SAMPLES);
  const spare = pair(FEATURE_FRAME_SAMPLES);
  const powers = pair(SPECTRUM_BINS);
  return {
    frames,
    powers,
    transform() {
      transformRadix4(frames, spare, 1);
      transformRadix4(spare, frames, 4);
      transformRadix5(frames, spare, 16);
      transformRadix5(spare, frames, 80);
      separate(frames, powers);
    },
  };
}

type Pair = readonly [Float64Array, Float64Array];

function pair(length: number): Pair {
  return [new Float64Array(length), new Float64Array(length)];
}

/**
 * A stage of radix 4, after which sequences of `stride` interleaved values are done: a transform of length 4 over
 * values a quarter apart, each result turned by its twiddle factor.
 */
function transformRadix4([re, im]: Pair, [toRe, toIm]: Pair, stride: number): void {
  const apart = FEATURE_FRAME_SAMPLES / 4;
  for (let turn = 0; turn < apart; turn += stride) {
    for (let lane = 0; lane < stride; lane++) {
      const at = turn + lane;
      const out = 4 * turn + lane;
      const sumRe02 = read(re, at) + read(re, at + 2 * apart);
      const sumIm02 = read(im, at) + read(im, at + 2 * apart);
      const differenceRe02 = read(re, at) - read(re, at + 2 * apart);
      const differenceIm02 = read(im, at) - read(im, at + 2 * apart);
      const sumRe13 = read(re, at + apart) + read(re, at + 3 * apart);
      const sumIm13 = read(im, at + apart) + read(im, at + 3 * apart);
      const differenceRe13 = read(re, at + apart) - read(re, at + 3 * apart);
      const differenceIm13 = read(im, at + apart) - read(im, at + 3 * apart);
      putTurned(toRe, toIm, out, sumRe02 + sumRe13, sumIm02 + sumIm13, 0);
      putTurned(
        toRe,
        toIm,
        out + stride,
        differenceRe02 + differenceIm13,
        differenceIm02 - differenceRe13,
        turn,
      );
      putTurned(toRe, toIm, out + 2 * stride, sumRe02 - sumRe13, sumIm02 - sumIm13, 2 * turn);
      putTurned(
        toRe,
        toIm,
        out + 3 * stride,
        differenceRe02 - differenceIm13,
        differenceIm02 + differenceRe13,
        3 * turn,
      );
    }
  }
}

/** As `transformRadix4`, over five values that lie a fifth apart. */
function transformRadix5([re, im]: Pair, [toRe, toIm]: Pair, stride: number): void {
  const apart = FEATURE_FRAME_SAMPLES / 5;
  for (let turn = 0; turn < apart; turn += stride) {
    for (let lane = 0; lane < stride; lane++) {
      const at = turn + lane;
      const out = 5 * turn + lane;
      const re0 = read(re, at);
      const im0 = read(im, at);
      const sumRe14 = read(re, at + apart) + read(re, at + 4 * apart);
      const sumIm14 = read(im, at + apart) + read(im, at + 4 * apart);
      const differenceRe14 = read(re, at + apart) - read(re, at + 4 * apart);
      const differenceIm14 = read(im, at + apart) - read(im, at + 4 * apart);
      const sumRe23 = read(re, at + 2 * apart) + read(re, at + 3 * apart);
      const sumIm23 = read(im, at + 2 * apart) + read(im, at + 3 * apart);
      const differenceRe23 = read(re, at + 2 * apart) - read(re, at + 3 * apart);
      const differenceIm23 = read(im, at + 2 * apart) - read(im, at + 3 * apart);
      const evenRe1 = re0 + COS_72 * sumRe14 + COS_144 * sumRe23;
      const evenIm1 = im0 + COS_72 * sumIm14 + COS_144 * sumIm23;
      const oddRe1 = SIN_72 * differenceRe14 + SIN_144 * differenceRe23;
      const oddIm1 = SIN_72 * differenceIm14 + SIN_144 * differenceIm23;
      const evenRe2 = re0 + COS_144 * sumRe14 + COS_72 * sumRe23;
      const evenIm2 = im0 + COS_144 * sumIm14 + COS_72 * sumIm23;
      const oddRe2 = SIN_144 * differenceRe14 - SIN_72 * differenceRe23;
      const oddIm2 = SIN_144 * differenceIm14 - SIN_72 * differenceIm23;
      putTurned(toRe, toIm, out, re0 + sumRe14 + sumRe23, im0 + sumIm14 + sumIm23, 0);
      putTurned(toRe, toIm, out + stride, evenRe1 + oddIm1, evenIm1 - oddRe1, turn);
      putTurned(toRe, toIm, out + 2 * stride, evenRe2 + oddIm2, evenIm2 - oddRe2, 2 * turn);
      putTurned(toRe, toIm, out + 3 * stride, evenRe2 - oddIm2, evenIm2 + oddRe2, 3 * turn);
      putTurned(toRe, toIm, out + 4 * stride, evenRe1 - oddIm1, evenIm1 + oddRe1, 4 * turn);
    }
  }
}

/** Stores (re + i·im) · e^(-2πi · turn / 400). */
function putTurned(
  toRe: Float64Array,
  toIm: Float64Array,
  at: number,
  re: number,
  im: number,
  turn: number,
): void {
  const cosine = read(COSINES, turn);
  const sine = read(SINES, turn);
  toRe[at] = re * cosine + im * sine;
  toIm[at] = im * cosine - re * sine;
}

/** The powers of the symmetric and the antisymmetric part of a spectrum. */
function separate([re, im]: Pair, [first, second]: Pair): void {
  for (let bin = 0; bin < SPECTRUM_BINS; bin++) {
    const mirrored = bin === 0 ? 0 : FEATURE_FRAME_SAMPLES - bin;
    const sumRe = read(re, bin) + read(re, mirrored);
    const sumIm = read(im, bin) + read(im, mirrored);
    const differenceRe = read(re, bin) - read(re, mirrored);
    const differenceIm = read(im, bin) - read(im, mirrored);
    first[bin] = (sumRe * sumRe + differenceIm * differenceIm) / 4;
    second[bin] = (differenceRe * differenceRe + sumIm * sumIm) / 4;
  }
}

/** An element that is known to be there. */
function read(values: Float64Array, index: number): number {
  return values[index] as number;
}

const COSINES = Float64Array.from({ length: FEATURE_FRAME_SAMPLES }, (_, turn) =>
  Math.cos((2 * Math.PI * turn) / FEATURE_FRAME_SAMPLES),
);
const SINES = Float64Array.from({ length: FEATURE_FRAME_SAMPLES }, (_, turn) =>
  Math.sin((2 * Math.PI * turn) / FEATURE_FRAME_SAMPLES),
);

const COS_72 = Math.cos((2 * Math.PI) / 5);
const COS_144 = Math.cos((4 * Math.PI) / 5);
const SIN_72 = Math.sin((2 * Math.PI) / 5);
const SIN_144 = Math.sin((4 * Math.PI) / 5);
