/** A box of MP4 or QuickTime (ISO/IEC 14496-12, section 4.2). Places are bytes. */
export interface Mp4Box {
  readonly type: string;
  readonly start: number;
  readonly headerBytes: number;
  readonly end: number;
}

/** Bytes of the longest header. */
export const MP4_BOX_HEADER_BYTES = 16;

/**
 * The box that begins with `head`; undefined if the bytes are no box, or it does not end by `limit`. A size of 0 reaches to
 * `limit`.
 */
export function parseMp4Box(head: Buffer, start: number, limit: number): Mp4Box | undefined {
  if (head.length < 8) return undefined;
  const short = head.readUInt32BE(0);
  if (short === 1 && head.length < MP4_BOX_HEADER_BYTES) return undefined;
  const headerBytes = short === 1 ? MP4_BOX_HEADER_BYTES : 8;
  const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? limit - start : short;
  if (size < headerBytes || start + size > limit) return undefined;
  return { type: head.toString('latin1', 4, 8), start, headerBytes, end: start + size };
}
