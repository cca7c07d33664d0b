/**
 * A message between a server and an inference machine. Numbers are little-endian.
 *
 *     0  u8   version of the frame
 *     1  u8   kind
 *     2  u8   1 if the next frame continues this one, else 0
 *     3  u8   number of the process at the machine
 *     4  u32  epoch: which link between the two this is of
 *     8  u32  number of the frame in the link and direction, from 0
 *    12       payload
 */
export interface Frame {
  readonly kind: FrameKind;
  readonly continues: boolean;
  readonly process: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** What frames hold. */
export const FRAME_KINDS = {
  /** The server begins a link: JSON. */
  open: 1,
  /** Audio of a stream, see `audio-payload.ts`. */
  audio: 2,
  /** A job, or another message to a process: JSON. */
  order: 3,
  /** The server is there. */
  ping: 4,
  /** The server ends the link. */
  close: 5,
  /** The server does not use the machine: JSON with the reason. */
  refuse: 6,
  /** The machine is there, and says how many jobs each process may have: JSON. */
  beat: 16,
  /** A result, or another message of a process: JSON. */
  answer: 17,
  /** The machine does not know the link, or has missed a frame: the server begins another. */
  unknown: 18,
} as const;

/** Name of a kind of frame. */
export type FrameKind = keyof typeof FRAME_KINDS;

const VERSION = 1;
const HEADER_BYTES = 12;

/** The most bytes of a message, over all its frames: a list of 5,000 key terms in any script. */
const MOST_BYTES = 24 * 1024 ** 2;

/** Writes a message as frames of at most `mostBytes`, numbered from `sequence` on. */
export function writeFrames(
  { kind, process, epoch }: Pick<Frame, 'kind' | 'process' | 'epoch'>,
  payload: Uint8Array,
  sequence: number,
  mostBytes: number,
): readonly Uint8Array[] {
  const room = mostBytes - HEADER_BYTES;
  const count = Math.max(1, Math.ceil(payload.length / room));
  return Array.from({ length: count }, (_, index) => {
    const part = payload.subarray(index * room, (index + 1) * room);
    const frame = Buffer.allocUnsafe(HEADER_BYTES + part.length);
    frame[0] = VERSION;
    frame[1] = FRAME_KINDS[kind];
    frame[2] = index < count - 1 ? 1 : 0;
    frame[3] = process;
    frame.writeUInt32LE(epoch, 4);
    frame.writeUInt32LE((sequence + index) >>> 0, 8);
    frame.set(part, HEADER_BYTES);
    return frame;
  });
}

/** Reads a frame; undefined if it is none. The payload is a view of `bytes`. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) return undefined;
  const kind = kindNames.get(bytes[1] ?? 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind === undefined) return undefined;
  return {
    kind,
    continues: bytes[2] === 1,
    process: view.getUint8(3),
    epoch: view.getUint32(4, true),
    sequence: view.getUint32(8, true),
    payload: bytes.subarray(HEADER_BYTES),
  };
}

const kindNames = new Map<number, FrameKind>(
  Object.entries(FRAME_KINDS).map(([name, number]) => [number, name as FrameKind]),
);

/** Puts the frames of one direction of a link together. */
export interface FrameAssembly {
  /**
   * Takes the next frame, and returns the message that is complete with it; `'gap'` if a frame before it is missing, or the
   * message would be too large.
   */
  take(frame: Frame): Frame | 'incomplete' | 'gap';
}

/** Starts with the frame number 0. */
export function createFrameAssembly(): FrameAssembly {
  let expected = 0;
  let parts: Uint8Array[] = [];
  let bytes = 0;
  return {
    take(frame) {
      if (frame.sequence !== expected) return 'gap';
      expected = (expected + 1) >>> 0;
      if (!frame.continues && parts.length === 0) return frame;
      parts.push(frame.payload);
      bytes += frame.payload.length;
      if (bytes > MOST_BYTES) return 'gap';
      if (frame.continues) return 'incomplete';
      const payload = Buffer.concat(parts);
      parts = [];
      bytes = 0;
      return { ...frame, payload };
    },
  };
}
