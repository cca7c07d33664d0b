import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { openBytes, SEAL_BYTES, sealParts } from '../storage/seal.js';

/** What a record holds: samples of a channel, a snapshot of a session, or the key terms that belong to its snapshots. */
type JournalRecordKind = 'audio' | 'snapshot' | 'terms';

/** What is known of a record without a key. */
export interface JournalRecordHead {
  readonly kind: JournalRecordKind;
  readonly sessionId: string;
  /** 0 unless it holds samples. */
  readonly channel: number;
  /** The number of its first sample; for the others, how often the session was described before. */
  readonly from: number;
  /** For samples: all samples of the channel before this one were settled when it was written. */
  readonly settled: number;
  /** When it was written, milliseconds since 1970. */
  readonly writtenAt: number;
}

/** A whole record in the bytes of a segment. */
export interface FoundRecord {
  readonly head: JournalRecordHead;
  /** Where it begins, and its length, bytes. */
  readonly at: number;
  readonly length: number;
}

/** What was found in the bytes of a segment. */
export interface FoundRecords {
  readonly records: readonly FoundRecord[];
  /** Stretches between whole records in which nothing can be read. What follows the last record was never finished, and is none. */
  readonly damaged: number;
}

/**
 * How a record is laid out, little-endian: marker, length of what is sealed, kind, channel, two bytes that are 0, session, `from`,
 * `settled`, `writtenAt`, checksum of all this but the marker and of what follows, and what is sealed.
 */
const MARKER = Buffer.from('AUJR');
const AT = { length: 4, kind: 8, channel: 9, session: 12, from: 28, settled: 36, writtenAt: 44, sum: 52 };
const HEAD_BYTES = 56;

/** By how many bytes a record is longer than what it holds. */
export const RECORD_BYTES = HEAD_BYTES + SEAL_BYTES;

const KINDS: readonly (JournalRecordKind | undefined)[] = [undefined, 'audio', 'snapshot', 'terms'];

/** No record is longer than this, bytes. */
const LONGEST_SEALED = 64 * 1024 ** 2;

/** The key of a session's records in one segment, which cannot be made without the salt of that segment. */
export function segmentKey(sessionKey: Uint8Array, salt: Uint8Array): Buffer {
  return createHmac('sha256', sessionKey).update(salt).digest();
}

/** The bytes of a record, in parts. */
export function writeRecord(
  key: Uint8Array,
  head: JournalRecordHead,
  plain: readonly Uint8Array[],
): readonly Buffer[] {
  const first = Buffer.alloc(HEAD_BYTES);
  MARKER.copy(first);
  const length = plain.reduce((sum, part) => sum + part.length, SEAL_BYTES);
  first.writeUInt32LE(length, AT.length);
  first.writeUInt8(KINDS.indexOf(head.kind), AT.kind);
  first.writeUInt8(head.channel, AT.channel);
  first.write(head.sessionId.replaceAll('-', ''), AT.session, 'hex');
  first.writeDoubleLE(head.from, AT.from);
  first.writeDoubleLE(head.settled, AT.settled);
  first.writeDoubleLE(head.writtenAt, AT.writtenAt);
  const sealed = sealParts(key, plain, placeIn(first));
  first.writeUInt32LE(checksum(first, sealed), AT.sum);
  return [first, ...sealed];
}

/** Opens a record. Fails unless the key is that of its session and segment. */
export function openRecord(key: Uint8Array, record: Buffer): Buffer {
  return openBytes(key, record.subarray(HEAD_BYTES), placeIn(record));
}

/** Finds all whole records in bytes, whatever is between them. */
export function findRecords(bytes: Buffer): FoundRecords {
  const records: FoundRecord[] = [];
  let damaged = 0;
  let isWithinDamage = false;
  for (let at = 0; at < bytes.length;) {
    const record = recordAt(bytes, at);
    if (record === undefined) {
      isWithinDamage = true;
      const next = bytes.indexOf(MARKER, at + 1);
      at = next < 0 ? bytes.length : next;
      continue;
    }
    if (isWithinDamage) damaged += 1;
    isWithinDamage = false;
    records.push(record);
    at += record.length;
  }
  return { records, damaged };
}

function recordAt(bytes: Buffer, at: number): FoundRecord | undefined {
  if (bytes.length - at < HEAD_BYTES || !bytes.subarray(at, at + MARKER.length).equals(MARKER))
    return undefined;
  const first = bytes.subarray(at, at + HEAD_BYTES);
  const sealedLength = first.readUInt32LE(AT.length);
  const length = HEAD_BYTES + sealedLength;
  const kind = KINDS[first.readUInt8(AT.kind)];
  if (kind === undefined || sealedLength < SEAL_BYTES || sealedLength > LONGEST_SEALED) return undefined;
  if (at + length > bytes.length) return undefined;
  const sealed = bytes.subarray(at + HEAD_BYTES, at + length);
  if (checksum(first, [sealed]) !== first.readUInt32LE(AT.sum)) return undefined;
  return { head: headOf(kind, first), at, length };
}

function headOf(kind: JournalRecordKind, first: Buffer): JournalRecordHead {
  const session = first.toString('hex', AT.session, AT.from);
  return {
    kind,
    sessionId: session.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    channel: first.readUInt8(AT.channel),
    from: first.readDoubleLE(AT.from),
    settled: first.readDoubleLE(AT.settled),
    writtenAt: first.readDoubleLE(AT.writtenAt),
  };
}

/** What a record cannot be opened without: everything that is known of it. */
function placeIn(record: Buffer): Buffer {
  return record.subarray(AT.kind, AT.sum);
}

function checksum(first: Buffer, sealed: readonly Buffer[]): number {
  // Without any bytes, zlib begins anew.
  const parts = sealed.filter(({ length }) => length > 0);
  return parts.reduce((sum, part) => crc32(part, sum), crc32(first.subarray(AT.length, AT.sum)));
}
