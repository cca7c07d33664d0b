/** A triangular filter over the bins of a power spectrum: weights of the bins from `firstBin` on, 0 elsewhere. */
export interface MelFilter {
  readonly firstBin: number;
  readonly weights: Float64Array;
}

/**
 * Filters whose centres are evenly spaced on the mel scale from 0 Hz to half the sample rate, each of unit area,
 * for a power spectrum of `fftSize / 2 + 1` bins.
 *
 * The scale is that of Slaney's Auditory Toolbox (1998): linear below 1 kHz, 200/3 Hz a mel, and above it
 * logarithmic, 27 mels for a factor of 6.4.
 */
export function createMelFilters(filters: number, fftSize: number, sampleRate: number): readonly MelFilter[] {
  const highestMel = melOf(sampleRate / 2);
  const edges = Array.from({ length: filters + 2 }, (_, edge) =>
    hertzOf((highestMel * edge) / (filters + 1)),
  );
  return Array.from({ length: filters }, (_, filter) => {
    const [low = 0, centre = 0, high = 0] = edges.slice(filter, filter + 3);
    return createFilter(low, centre, high, fftSize, sampleRate);
  });
}

/** What a filter lets through of a power spectrum. */
export function melPower({ firstBin, weights }: MelFilter, power: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] as number) * (power[firstBin + i] as number);
  return sum;
}

function createFilter(
  low: number,
  centre: number,
  high: number,
  fftSize: number,
  sampleRate: number,
): MelFilter {
  const firstBin = Math.ceil((low * fftSize) / sampleRate);
  const lastBin = Math.min(fftSize / 2, Math.floor((high * fftSize) / sampleRate));
  const weights = Float64Array.from({ length: Math.max(0, lastBin - firstBin + 1) }, (_, index) => {
    const hertz = ((firstBin + index) * sampleRate) / fftSize;
    const height = Math.min((hertz - low) / (centre - low), (high - hertz) / (high - centre));
    return (Math.max(0, height) * 2) / (high - low);
  });
  return { firstBin, weights };
}

function melOf(hertz: number): number {
  return hertz < BREAK_HERTZ
    ? hertz / HERTZ_PER_MEL
    : BREAK_MEL + Math.log(hertz / BREAK_HERTZ) / LOG_HERTZ_PER_MEL;
}

function hertzOf(mel: number): number {
  return mel < BREAK_MEL
    ? mel * HERTZ_PER_MEL
    : BREAK_HERTZ * Math.exp((mel - BREAK_MEL) * LOG_HERTZ_PER_MEL);
}

const HERTZ_PER_MEL = 200 / 3;
const BREAK_HERTZ = 1_000;
const BREAK_MEL = BREAK_HERTZ / HERTZ_PER_MEL;
const LOG_HERTZ_PER_MEL = Math.log(6.4) / 27;
