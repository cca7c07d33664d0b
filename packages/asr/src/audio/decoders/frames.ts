/** A message between the server and a decoder. */
export interface PipeFrame {
  /** Identifies the question that is asked or answered. */
  readonly id: number;
  readonly type: number;
  readonly payload: Buffer;
}

/** Bytes of a header: the length of the payload, the id and the type. */
const HEADER_BYTES = 9;

/** The most bytes that a frame may carry: blocks of sound and pieces of a file are shorter. */
export const MOST_PAYLOAD_BYTES = 512 * 1024;

/** The bytes of a frame. */
export function encodeFrame({ id, type, payload }: PipeFrame): readonly [Buffer, Buffer] {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt32LE(id, 4);
  header.writeUInt8(type, 8);
  return [header, payload];
}

/**
 * Takes bytes as they come and gives the frames that are complete. Throws a `RangeError` if a header claims more than
 * a frame may carry, which bounds the memory.
 */
export function createFrameReader(): (bytes: Buffer) => PipeFrame[] {
  let pieces: Buffer[] = [];
  let available = 0;

  const take = (length: number): Buffer => {
    const [first = Buffer.alloc(0)] = pieces;
    const whole = first.length >= length ? first : Buffer.concat(pieces);
    pieces = first.length >= length ? pieces : [whole];
    const taken = whole.subarray(0, length);
    if (whole.length > length) pieces[0] = whole.subarray(length);
    else pieces.shift();
    available -= length;
    return taken;
  };

  let header: Buffer | undefined;
  return (bytes) => {
    const frames: PipeFrame[] = [];
    pieces.push(bytes);
    available += bytes.length;
    for (;;) {
      if (header === undefined) {
        if (available < HEADER_BYTES) return frames;
        header = take(HEADER_BYTES);
        if (header.readUInt32LE(0) > MOST_PAYLOAD_BYTES) throw new RangeError('a frame is too long');
      }
      const length = header.readUInt32LE(0);
      if (available < length) return frames;
      const payload = length === 0 ? Buffer.alloc(0) : take(length);
      frames.push({ id: header.readUInt32LE(4), type: header.readUInt8(8), payload });
      header = undefined;
    }
  };
}
