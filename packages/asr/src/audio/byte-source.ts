/** Bytes that come once, from front to back, with lookahead. */
export interface ByteSource {
  /** How many bytes have been taken. */
  position(): number;
  /** The next `length` bytes without taking them; fewer only at the end. */
  peek(length: number): Promise<Uint8Array>;
  /** The next bytes that are there without taking them, at most `most`; fewer than `least` only at the end. */
  look(least: number, most: number): Promise<Uint8Array>;
  /** Takes the next `length` bytes; fewer only at the end. */
  read(length: number): Promise<Uint8Array>;
  /** Skips up to `length` bytes and returns how many there were. */
  skip(length: number): Promise<number>;
  /** Takes all that is left, in blocks of at most `blockBytes`. */
  blocks(blockBytes: number): AsyncGenerator<Uint8Array, void>;
}

/** Makes a source from `pull`, which gives the next bytes, however many, and `undefined` at the end. */
export function createByteSource(pull: () => Promise<Uint8Array | undefined>): ByteSource {
  let waiting: Uint8Array = new Uint8Array(0);
  let ended = false;
  let position = 0;

  const fill = async (length: number): Promise<void> => {
    const pieces = [waiting];
    let available = waiting.length;
    while (available < length && !ended) {
      const piece = await pull();
      if (piece === undefined) ended = true;
      else pieces.push(piece);
      available += piece?.length ?? 0;
    }
    if (pieces.length > 1) waiting = Buffer.concat(pieces);
  };
  const take = (length: number): Uint8Array => {
    const taken = waiting.subarray(0, length);
    waiting = waiting.subarray(length);
    position += taken.length;
    return taken;
  };

  return {
    position: () => position,
    async peek(length) {
      await fill(length);
      return waiting.subarray(0, length);
    },
    async look(least, most) {
      await fill(least);
      return waiting.subarray(0, most);
    },
    async read(length) {
      await fill(length);
      return take(length);
    },
    async skip(length) {
      let skipped = 0;
      while (skipped < length) {
        await fill(1);
        const taken = take(length - skipped).length;
        if (taken === 0) break;
        skipped += taken;
      }
      return skipped;
    },
    async *blocks(blockBytes) {
      for (;;) {
        await fill(1);
        const block = take(blockBytes);
        if (block.length === 0) return;
        yield block;
      }
    },
  };
}
