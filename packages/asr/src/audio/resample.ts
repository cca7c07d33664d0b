import load, { type SpeexResampler } from '@echogarden/speex-resampler-wasm/simd';
import { SpeechError } from '../speech-error.js';
import { SAMPLE_RATE } from './sample-rate.js';

/**
 * Resamples one channel to 16 kHz. Output sample k is the input at k/16,000 seconds, and after every `flush` exactly
 * ⌈input samples · 16,000 / input rate⌉ samples have come out in all, however the input was divided.
 */
export interface Resampler {
  /**
   * Takes samples at the input rate and returns those at 16 kHz that are complete. The last 5 ms (at 8 kHz) to 2.5 ms
   * (at 48 kHz) wait for the audio that follows. At 16 kHz, the input array itself is returned.
   */
  process(chunk: Float32Array): Float32Array;
  /** Returns what still waits, as if silence followed. More input may come then, on the same clock. */
  flush(): Float32Array;
  /** Frees the filter's memory, which the garbage collector cannot see. The resampler is of no use afterwards. */
  close(): void;
}

/**
 * Makes a resampler from `inputRate`, a whole number of samples a second from 4,000 to 384,000.
 * Takes 0.02 ms and about 7 kB. Throws `sample_rate_out_of_range`, or `out_of_memory`.
 */
export type CreateResampler = (inputRate: number) => Resampler;

/**
 * Loads the filter's code once per process; resamplers are then made synchronously, all in one WebAssembly memory.
 */
export function loadResampling(): Promise<CreateResampler> {
  loading ??= load().then((speex) => {
    const scratch = allocateScratch(speex);
    return (inputRate) => createResampler(speex, scratch, inputRate);
  });
  return loading;
}

let loading: Promise<CreateResampler> | undefined;

const INPUT_RATES = { min: 4_000, max: 384_000 } as const;

/**
 * SpeexDSP's quality 5 of 10: flat to 6.8 kHz (-0.2 dB at 7 kHz), -101 dB from 8.05 kHz on, for 0.8 ms of
 * processor time a second of audio at 48 kHz, 3.6 ms at 44.1 kHz and 0.6 ms at 8 kHz. Quality 8 is flat to
 * 7.5 kHz for two to three times the time. Measured for docs/decisions/0003-speex-resampler.md.
 */
const QUALITY = 5;

/** Samples handed to the filter at a time. Bounds the scratch memory, nothing else. */
const PIECE = 4_096;

/** Memory that the calls of all resamplers share: calls never overlap, and nothing in it outlives a call. */
interface Scratch {
  readonly input: number;
  readonly inputLength: number;
  readonly output: number;
  readonly outputLength: number;
  readonly outputCapacity: number;
}

function allocateScratch(speex: SpeexResampler): Scratch {
  const outputCapacity = (PIECE * SAMPLE_RATE) / INPUT_RATES.min + 1;
  return {
    input: speex._malloc(PIECE * Float32Array.BYTES_PER_ELEMENT),
    output: speex._malloc(outputCapacity * Float32Array.BYTES_PER_ELEMENT),
    inputLength: speex._malloc(Uint32Array.BYTES_PER_ELEMENT),
    outputLength: speex._malloc(Uint32Array.BYTES_PER_ELEMENT),
    outputCapacity,
  };
}

function createResampler(speex: SpeexResampler, scratch: Scratch, inputRate: number): Resampler {
  requireInputRate(inputRate);
  return inputRate === SAMPLE_RATE ? passThrough : createFilter(speex, scratch, inputRate);
}

const passThrough: Resampler = {
  process: (chunk) => chunk,
  flush: () => new Float32Array(0),
  close: () => undefined,
};

function createFilter(speex: SpeexResampler, scratch: Scratch, inputRate: number): Resampler {
  let state = speex._speex_resampler_init(1, inputRate, SAMPLE_RATE, QUALITY, scratch.inputLength);
  if (state === 0) throw outOfMemory();
  speex._speex_resampler_skip_zeros(state);
  const lookAhead = speex._speex_resampler_get_input_latency(state);

  let received = 0;
  let emitted = 0;

  const filter = (chunk: Float32Array): Float32Array => {
    const pieces: Float32Array[] = [];
    for (let start = 0; start < chunk.length; start += PIECE) {
      pieces.push(filterPiece(speex, scratch, state, chunk.subarray(start, start + PIECE)));
    }
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : concatenate(pieces);
  };

  return {
    process(chunk) {
      const output = filter(chunk);
      received += chunk.length;
      emitted += output.length;
      return output;
    },
    flush() {
      // Counted from the stream's start, so that the rounding of many flushes does not add up.
      const missing = Math.ceil((received * SAMPLE_RATE) / inputRate) - emitted;
      const output = filter(new Float32Array(lookAhead)).subarray(0, missing);
      emitted += output.length;
      speex._speex_resampler_reset_mem(state);
      speex._speex_resampler_skip_zeros(state);
      return output;
    },
    close() {
      if (state === 0) return;
      speex._speex_resampler_destroy(state);
      state = 0;
    },
  };
}

/** Runs at most `PIECE` samples through the filter; the scratch holds all that can come out of them. */
function filterPiece(
  speex: SpeexResampler,
  scratch: Scratch,
  state: number,
  piece: Float32Array,
): Float32Array {
  speex.HEAPF32.set(piece, scratch.input / Float32Array.BYTES_PER_ELEMENT);
  speex.HEAPU32[scratch.inputLength / Uint32Array.BYTES_PER_ELEMENT] = piece.length;
  speex.HEAPU32[scratch.outputLength / Uint32Array.BYTES_PER_ELEMENT] = scratch.outputCapacity;
  speex._speex_resampler_process_float(
    state,
    0,
    scratch.input,
    scratch.inputLength,
    scratch.output,
    scratch.outputLength,
  );
  const produced = speex.HEAPU32[scratch.outputLength / Uint32Array.BYTES_PER_ELEMENT] ?? 0;
  const start = scratch.output / Float32Array.BYTES_PER_ELEMENT;
  return speex.HEAPF32.slice(start, start + produced);
}

function concatenate(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

/** Throws `sample_rate_out_of_range` unless audio at `rate` samples a second can be resampled. */
export function requireInputRate(rate: number): void {
  const { min, max } = INPUT_RATES;
  if (Number.isInteger(rate) && rate >= min && rate <= max) return;
  throw new SpeechError(
    'sample_rate_out_of_range',
    `Audio of ${rate} Hz cannot be resampled.`,
    `Use audio at a whole number of samples a second from ${min} to ${max}.`,
  );
}

function outOfMemory(): SpeechError {
  return new SpeechError(
    'out_of_memory',
    'No memory is left for another resampler.',
    'Open fewer streams at a time, or send audio at 16000 Hz.',
  );
}
