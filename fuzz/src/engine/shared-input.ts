/** Memory of both threads: the input that is being run outlives a thread that hangs or runs out of memory. */
export interface SharedInput {
  readonly memory: SharedArrayBuffer;
  /** Notes an input that is about to be run. */
  readonly begin: (input: Buffer) => void;
  /** How many inputs were begun. */
  readonly begun: () => number;
  /** The last that was begun. */
  readonly current: () => Buffer;
}

const BEGUN = 0;
const LENGTH = 1;
const HEADER_BYTES = 8;

/** Over new memory with room for inputs of `longest` bytes, or over that of the other thread. */
export function shareInput(of: number | SharedArrayBuffer): SharedInput {
  const memory = typeof of === 'number' ? new SharedArrayBuffer(HEADER_BYTES + of) : of;
  const header = new Uint32Array(memory, 0, 2);
  const bytes = new Uint8Array(memory, HEADER_BYTES);
  return {
    memory,
    begin: (input) => {
      bytes.set(input);
      Atomics.store(header, LENGTH, input.length);
      Atomics.add(header, BEGUN, 1);
    },
    begun: () => Atomics.load(header, BEGUN),
    current: () => Buffer.from(bytes.slice(0, Atomics.load(header, LENGTH))),
  };
}
