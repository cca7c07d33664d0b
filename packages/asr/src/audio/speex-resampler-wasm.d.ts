// The package has no types. Signatures are those of SpeexDSP's speex_resampler.h; a pointer is a byte offset into
// HEAP*.
declare module '@echogarden/speex-resampler-wasm/simd' {
  export interface SpeexResampler {
    /** Replaced whenever the memory grows: read it anew after every call. */
    readonly HEAPF32: Float32Array;
    readonly HEAPU32: Uint32Array;
    /** 0 when no memory is left. */
    _malloc(bytes: number): number;
    /** Returns the state, 0 on failure; `quality` 0 to 10. */
    _speex_resampler_init(
      channels: number,
      inputRate: number,
      outputRate: number,
      quality: number,
      error: number,
    ): number;
    _speex_resampler_destroy(state: number): void;
    /** The lengths are pointers: on return they hold the samples consumed and produced. */
    _speex_resampler_process_float(
      state: number,
      channel: number,
      input: number,
      inputLength: number,
      output: number,
      outputLength: number,
    ): number;
    /** Input samples that the filter looks ahead. */
    _speex_resampler_get_input_latency(state: number): number;
    /** Only right after `init` or `reset_mem`: lets the first output belong to the first input. */
    _speex_resampler_skip_zeros(state: number): number;
    _speex_resampler_reset_mem(state: number): number;
  }

  export default function load(): Promise<SpeexResampler>;
}
