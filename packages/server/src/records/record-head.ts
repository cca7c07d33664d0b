import { createHmac, hkdfSync } from 'node:crypto';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../db/schema.js';
import { RequestError } from '../errors.js';
import { canonicalRow, type CoveredColumns } from '../integrity/row-macs.js';
import { KEY_BYTES } from '../storage/seal.js';
import { open, seal } from './seal.js';

/**
 * A small value that sums up what belongs to the record of a session, and that every commit updates. Because of it, nobody
 * without the key of the session can remove anything from a record, put it back or add it unnoticed.
 */
export interface RecordHead {
  /**
   * The sum of the keyed hashes of all rows of text, so that a row can be added without reading the others. It is only ever
   * stored sealed: from known sums, others could be made.
   */
  readonly text: bigint;
  /** For each channel, how many pieces of audio were kept, and the place after the last. */
  readonly audio: readonly AudioExtent[];
}

export interface AudioExtent {
  readonly pieces: number;
  readonly end: number;
}

/** Rows that belong to the text of a record. */
export type TextRow =
  | ({ readonly table: 'segments' } & Selectable<Schema['segments']>)
  | ({ readonly table: 'refined_parts' } & Selectable<Schema['refined_parts']>)
  | ({ readonly table: 'speaker_changes' } & Selectable<Schema['speaker_changes']>);

/** Makes and reads heads of one session. */
export interface HeadKeys {
  readonly sealHead: (head: RecordHead) => Buffer;
  /** Opens a head. Throws `record_damaged` if it is not what was sealed for the session. */
  readonly openHead: (sealed: Buffer) => RecordHead;
  /** The head of the record once these rows are added. */
  readonly withText: (head: RecordHead, rows: readonly TextRow[]) => RecordHead;
}

export const EMPTY_RECORD_HEAD: RecordHead = { text: 0n, audio: [] };

const storedHead = z.object({
  text: z.string().regex(/^[0-9a-f]+$/),
  audio: z.array(z.tuple([z.int().min(0), z.int().min(0)])),
});

/** Sets these keys apart from the key of the session itself (RFC 5869, 3.2). */
const LABEL = 'auscult record head v1';

/** Sums are taken modulo 2^256, the size of the hash. */
const MODULUS = 1n << 256n;

/** Derives the keys of the head from the key of the session, so that they are destroyed with it. */
export function createHeadKeys(dataKey: Uint8Array, sessionId: string): HeadKeys {
  const derived = Buffer.from(hkdfSync('sha256', dataKey, Buffer.alloc(0), LABEL, 2 * KEY_BYTES));
  const sealKey = derived.subarray(0, KEY_BYTES);
  const hashKey = derived.subarray(KEY_BYTES);
  const place = ['sessions', sessionId, 'head'];

  const hashOf = (row: TextRow): bigint =>
    BigInt(
      `0x${createHmac('sha256', hashKey)
        .update(canonicalRow(row.table, coveredOf(row)))
        .digest('hex')}`,
    );

  return {
    sealHead: ({ text, audio }) => {
      const stored = { text: text.toString(16), audio: audio.map(({ pieces, end }) => [pieces, end]) };
      return seal(sealKey, Buffer.from(JSON.stringify(stored)), place);
    },
    openHead: (sealed) => {
      const { text, audio } = storedHead.parse(JSON.parse(open(sealKey, sealed, place).toString()));
      return { text: BigInt(`0x${text}`), audio: audio.map(([pieces, end]) => ({ pieces, end })) };
    },
    withText: (head, rows) => ({
      ...head,
      text: rows.reduce((sum, row) => (sum + hashOf(row)) % MODULUS, head.text),
    }),
  };
}

/** The head once a piece of audio is added; unchanged if it has that piece already. */
export function withAudio(head: RecordHead, channel: number, place: number): RecordHead {
  const audio = Array.from(
    { length: Math.max(head.audio.length, channel + 1) },
    (_, index) => head.audio[index] ?? { pieces: 0, end: 0 },
  );
  const extent = audio[channel] ?? { pieces: 0, end: 0 };
  if (place < extent.end) return head;
  audio[channel] = { pieces: extent.pieces + 1, end: place + 1 };
  return { ...head, audio };
}

/** The sealed head of a session once these rows are added. Throws `record_damaged` if it has no head that can be opened. */
export function headWith(
  { id, head }: Pick<Selectable<Schema['sessions']>, 'id' | 'head'>,
  dataKey: Uint8Array,
  added: readonly TextRow[],
): Buffer {
  if (head === null) throw new RequestError('record_damaged');
  const keys = createHeadKeys(dataKey, id);
  return keys.sealHead(keys.withText(keys.openHead(head), added));
}

/** How much audio a channel has according to the head. */
export function audioExtent({ audio }: RecordHead, channel: number): AudioExtent {
  return audio[channel] ?? { pieces: 0, end: 0 };
}

function coveredOf(row: TextRow): CoveredColumns {
  switch (row.table) {
    case 'segments':
      return {
        session_id: row.session_id,
        reading: row.reading,
        place: row.place,
        version: row.version,
        written_at: row.written_at,
        written_by: row.written_by,
        sealed: row.sealed,
      };
    case 'refined_parts':
      return {
        session_id: row.session_id,
        id: row.id,
        first_place: row.first_place,
        finals: row.finals,
        model: row.model,
        start_seconds: row.start_seconds,
        end_seconds: row.end_seconds,
        written_at: row.written_at,
      };
    case 'speaker_changes':
      return {
        session_id: row.session_id,
        place: row.place,
        written_at: row.written_at,
        written_by: row.written_by,
        sealed: row.sealed,
      };
  }
}
