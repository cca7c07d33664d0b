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
  docType: 0x4282,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  contentEncodings: 0x6d80,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  bitDepth: 0x6264,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  discardPadding: 0x75a2,
} as const;

/** Elements that may stand in a segment. */
export const segmentElements: ReadonlySet<number> = new Set([
  ebmlIds.seekHead,
  ebmlIds.info,
  ebmlIds.tracks,
  ebmlIds.cluster,
  ebmlIds.cues,
  ebmlIds.attachments,
  ebmlIds.chapters,
  ebmlIds.tags,
  ebmlIds.void,
  ebmlIds.crc32,
]);

/** Elements that may stand in a cluster; one whose length was not written down ends with the first other element. */
export const clusterElements: ReadonlySet<number> = new Set([
  ebmlIds.timestamp,
  ebmlIds.position,
  ebmlIds.previousSize,
  ebmlIds.silentTracks,
  ebmlIds.simpleBlock,
  ebmlIds.blockGroup,
  ebmlIds.void,
  ebmlIds.crc32,
]);

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

/** The elements in these bytes, one after the other. Throws a `RangeError` if they are not made of whole elements. */
export function* childrenOf(bytes: Buffer): Generator<EbmlChild, void> {
  for (let at = 0; at < bytes.length;) {
    const element = parseEbmlElement(bytes.subarray(at, at + EBML_HEADER_BYTES));
    const start = at + (element?.headerBytes ?? 0);
    const end = start + (element?.bodyBytes ?? Number.POSITIVE_INFINITY);
    if (element === undefined || end > bytes.length) throw new RangeError('no whole element');
    yield { id: element.id, body: bytes.subarray(start, end) };
    at = end;
  }
}

/** An element whose content is at hand. */
export interface EbmlChild {
  readonly id: number;
  readonly body: Buffer;
}

/** The value of an element that holds a whole number (RFC 8794, section 7.2); 0 if it is empty. */
export function unsignedOf(body: Buffer): number {
  return body.length === 0 ? 0 : Number(BigInt(`0x${body.toString('hex')}`));
}

/** The value of an element that holds a float (section 7.3); not a number if it has no length of a float. */
export function floatOf(body: Buffer): number {
  if (body.length === 4) return body.readFloatBE(0);
  return body.length === 8 ? body.readDoubleBE(0) : Number.NaN;
}

/** Length of a variable-length number, from its first byte: the number of leading zero bits plus one. */
function lengthOf(first: number | undefined): number | undefined {
  return first === undefined || first === 0 ? undefined : Math.clz32(first) - 23;
}
