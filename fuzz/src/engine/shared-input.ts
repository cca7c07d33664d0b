/** Memory of both threads, so that the input is still there after a thread has hung or has run out of memory. */
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

/** Shares inputs of at most `of` bytes in new memory, or uses the memory that the other thread has made. */
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
