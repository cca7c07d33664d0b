/** What a model costs, to choose one by. */
export interface ModelFigures {
  /** What has to be fetched for int8, bytes; 0 where nothing has to. */
  readonly downloadBytes: number;
  /** Memory of an inference process in int8. */
  readonly memory: { readonly bytes: number; readonly measured: boolean };
  /** Seconds of speech recognised a second on one core in int8. */
  readonly speed: { readonly timesRealTime: number; readonly measured: boolean };
}

/**
 * Estimates for a model that nobody has measured here, from its number of parameters: a process needs memory for the
 * graphs, for intermediate results and for the program, and its time grows with the multiplications for a window.
 */
export function estimateFigures(parameters: {
  /** Of the encoder, which reads all of a window at once. */
  readonly encoder: number;
  /** Of the decoder, which is read once for every token. */
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
/** Frames of a window: the encoder multiplies each parameter with each of them. */
const FRAMES = 1500;
/** Tokens in a window of ordinary speech. */
const TOKENS = 100;
/** A decoder's step waits for memory rather than for arithmetic. */
const DECODER_PENALTY = 5;
/** Multiplications in int8 on one core with VNNI, attention and all else counted in. */
const OPERATIONS_A_SECOND = 25e9;
const PROGRAM_BYTES = 250e6;

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}
