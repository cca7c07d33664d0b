import { SAMPLE_RATE } from './sample-rate.js';

/** A low-pass filter, as one set of taps for each place that an output can have between two input samples. */
export interface Filter {
  /** Places between two input samples. */
  readonly phases: number;
  /** From one output to the next, in `phases`ths of an input sample. */
  readonly step: number;
  /** How many input samples an output takes from each side, an even number. */
  readonly reach: number;
  /** The `2 * reach` factors of an output at a place. */
  readonly taps: (phase: number) => Float32Array;
}

/** The rejection by which Kaiser's window is designed: so much are aliases and images attenuated. */
const REJECTION_DB = 86;
/**
 * Everything up to here is kept, and nothing from `STOP_HZ` on, which is half the output rate. Scaled down for slower
 * input.
 */
const PASS_HZ = 7050;
const STOP_HZ = SAMPLE_RATE / 2;

const filters = new Map<number, Filter>();

/** The filter from `sampleRate` to 16 kHz; made once, its taps as they are first needed. */
export function filterFor(sampleRate: number): Filter {
  const filter = filters.get(sampleRate) ?? createFilter(sampleRate);
  filters.set(sampleRate, filter);
  return filter;
}

function createFilter(sampleRate: number): Filter {
  const divisor = greatestCommonDivisor(sampleRate, SAMPLE_RATE);
  const phases = SAMPLE_RATE / divisor;
  const scale = Math.min(1, sampleRate / SAMPLE_RATE);
  const cutOff = ((PASS_HZ + STOP_HZ) / 2 / sampleRate) * scale;
  const transition = ((STOP_HZ - PASS_HZ) / sampleRate) * scale;
  // Kaiser's formulas for the length and the shape of the window.
  const reach = 2 * Math.ceil((REJECTION_DB - 7.95) / (14.36 * transition) / 4);
  const window = kaiserWindow(0.1102 * (REJECTION_DB - 8.7));
  const response = (distance: number): number =>
    2 * cutOff * sinc(2 * cutOff * distance) * window(distance / reach);

  const known = new Array<Float32Array | undefined>(phases);
  return {
    phases,
    step: sampleRate / divisor,
    reach,
    taps: (phase) => {
      return (known[phase] ??= normalised(response, phase / phases, reach));
    },
  };
}

/** Taps of one place. Their sum is 1, so that places do not differ in loudness. */
function normalised(response: (distance: number) => number, place: number, reach: number): Float32Array {
  const taps = Float64Array.from({ length: 2 * reach }, (_, tap) => response(tap - (reach - 1) - place));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return Float32Array.from(taps, (tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window over -1 to 1. */
function kaiserWindow(shape: number): (x: number) => number {
  const peak = besselI0(shape);
  return (x) => (Math.abs(x) >= 1 ? 0 : besselI0(shape * Math.sqrt(1 - x * x)) / peak);
}

/** The modified Bessel function of order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
