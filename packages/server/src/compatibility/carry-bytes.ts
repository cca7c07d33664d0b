/** Puts frames that are cut anywhere together to whole samples. */
export interface ByteCarry {
  /**
   * The whole blocks of `block` bytes in what has come, without a copy where frames begin with a block. What is left over
   * waits for the next frame.
   */
  readonly take: (frame: Uint8Array, block: number) => Uint8Array;
}

/** Starts with nothing left over. */
export function createByteCarry(): ByteCarry {
  let left = new Uint8Array();
  return {
    take: (frame, block) => {
      const bytes = left.length === 0 ? frame : Buffer.concat([left, frame]);
      const whole = bytes.length - (bytes.length % block);
      left = Uint8Array.from(bytes.subarray(whole));
      return bytes.subarray(0, whole);
    },
  };
}
