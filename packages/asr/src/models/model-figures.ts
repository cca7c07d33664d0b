/** What a model costs, to help choose one. */
export interface ModelFigures {
  /** The size of the download for int8, bytes; 0 if nothing is downloaded. */
  readonly downloadBytes: number;
  /** Memory of an inference process in int8. */
  readonly memory: { readonly bytes: number; readonly measured: boolean };
  /** Seconds of speech recognised per second on one core in int8. */
  readonly speed: { readonly timesRealTime: number; readonly measured: boolean };
}

/**
 * Estimates for a model that has not been measured, from its number of parameters: a process needs memory for the
 * graphs, for intermediate results and for the program, and its time grows with the multiplications for a window.
 */
export function estimateFigures(parameters: {
  /** Parameters of the encoder, which reads a whole window at once. */
  readonly encoder: number;
  /** Parameters of the decoder, which runs once for every token. */
  readonly decoder: number;
  readonly downloadBytes: number;
}): ModelFigures {
  const { encoder, decoder, downloadBytes } = parameters;
  const windowSeconds = (encoder * FRAMES + decoder * TOKENS * DECODER_PENALTY) / OPERATIONS_A_SECOND;
  return {
    downloadBytes,
    memory: { bytes: twoDigits(PROGRAM_BYTES + 1.2 * downloadBytes), measured: false },
    speed: { timesRealTime: twoDigits(WINDOW_SECONDS / windowSeconds), measured: false },
  };
}

const WINDOW_SECONDS = 30;
/** Frames of a window, each of which the encoder multiplies with each parameter. */
const FRAMES = 1500;
/** Tokens in a window of ordinary speech. */
const TOKENS = 100;
/** How many times slower a multiplication is in a step of the decoder, which waits for memory rather than for arithmetic. */
const DECODER_PENALTY = 5;
/** Multiplications in int8 on one core with VNNI, with attention and all else included. */
const OPERATIONS_A_SECOND = 25e9;
const PROGRAM_BYTES = 250e6;

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}
