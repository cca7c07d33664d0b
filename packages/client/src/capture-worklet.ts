/** Globals of the audio engine; TypeScript's library does not know the scope of worklets. */
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Collects samples, which come 128 at a time, into blocks that are worth a message. It has no imports, so that a
 * strict Content-Security-Policy can allow it by its address alone. */
class CaptureProcessor extends AudioWorkletProcessor {
  readonly #length = Math.round(sampleRate / 20);
  #blocks: Float32Array<ArrayBuffer>[] = [];
  #filled = 0;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#give();
      this.port.postMessage('drained');
    };
  }

  /** Called by the audio engine. An input without connections has no channels, and then no time passes. */
  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const channels = inputs[0] ?? [];
    const length = channels[0]?.length ?? 0;
    if (this.#blocks.length !== channels.length || this.#filled + length > this.#length) this.#give();
    channels.forEach((samples, channel) => {
      this.#blocks[channel] ??= new Float32Array(this.#length);
      this.#blocks[channel].set(samples, this.#filled);
    });
    this.#filled += length;
    return true;
  }

  #give(): void {
    const blocks = this.#blocks.map((block) => block.slice(0, this.#filled));
    if (this.#filled > 0)
      this.port.postMessage(
        blocks,
        blocks.map(({ buffer }) => buffer),
      );
    this.#blocks = [];
    this.#filled = 0;
  }
}

registerProcessor('auscult-capture', CaptureProcessor);
