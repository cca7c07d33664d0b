/** The header of an element of Matroska and WebM (RFC 8794, section 4). */
export interface EbmlElement {
  readonly id: number;
  /** Length of id and size together. */
  readonly headerBytes: number;
  /** Length of the content after the header; undefined if the writer did not know it. */
  readonly bodyBytes: number | undefined;
}

/** Bytes that the longest header takes: four of the id, eight of the size. */
export const EBML_HEADER_BYTES = 12;

/** Element ids (RFC 9559, section 5), with their length marker. */
export const ebmlIds = {
  header: 0x1a45dfa3,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
  cues: 0x1c53bb6b,
  attachments: 0x1941a469,
  chapters: 0x1043a770,
  tags: 0x1254c367,
  void: 0xec,
  crc32: 0xbf,
  timestamp: 0xe7,
  position: 0xa7,
  previousSize: 0xab,
  silentTracks: 0x5854,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
} as const;

/** The element that begins with these bytes; undefined if none does. */
export function parseEbmlElement(bytes: Uint8Array): EbmlElement | undefined {
  const idBytes = lengthOf(bytes[0]);
  if (idBytes === undefined || idBytes > 4) return undefined;
  const sizeBytes = lengthOf(bytes[idBytes]);
  const headerBytes = idBytes + (sizeBytes ?? 0);
  if (sizeBytes === undefined || bytes.length < headerBytes) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, headerBytes);
  const bits = BigInt(7 * sizeBytes);
  const size = BigInt(`0x${view.toString('hex', idBytes)}`) & ((1n << bits) - 1n);
  const isUnknown = size === (1n << bits) - 1n;
  return { id: view.readUIntBE(0, idBytes), headerBytes, bodyBytes: isUnknown ? undefined : Number(size) };
}

/** Length of a variable-length number, from its first byte: the number of leading zero bits plus one. */
function lengthOf(first: number | undefined): number | undefined {
  return first === undefined || first === 0 ? undefined : Math.clz32(first) - 23;
}
