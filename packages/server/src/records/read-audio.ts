import { SAMPLE_RATE } from '@auscult/asr';
import { sql } from 'kysely';
import type { Database } from '../db/database.js';
import { RequestError } from '../errors.js';
import { SEAL_BYTES } from '../storage/seal.js';
import { readDataKey } from './data-keys.js';
import { openAudio, SAMPLE_BYTES } from './record-audio.js';
import { recordEvent, reportingDamage } from './record-events.js';
import { audioExtent, createHeadKeys, type AudioExtent } from './record-head.js';
import type { RecordServices } from './record-services.js';
import type { Actor, KeptChannel } from './record.js';
import type { SessionRow } from './session-rows.js';
import { requireSession } from './whole-record.js';

/** The kept audio of a channel: 16-bit PCM at 16 kHz. */
export interface ChannelAudio {
  readonly bytes: number;
  /** The bytes from `from` on and before `to`, in pieces. Fails with `record_damaged` if they are not what was kept. */
  readonly read: (from: number, to: number) => AsyncIterable<Buffer>;
}

/** Opens the kept audio of a channel. Logs first that somebody exports it. */
export async function readAudio(
  services: RecordServices,
  id: string,
  channel: number,
  actor: Actor,
): Promise<ChannelAudio> {
  const { database, rows, masterKeys, audit } = services;
  return reportingDamage(audit, id, actor, async () => {
    const { row } = await requireSession(rows, id);
    const dataKey = await readDataKey(database.db, masterKeys, id);
    const extent = await audioOf(services, row, channel, dataKey);
    const sizes = await pieceSizes(database.db, { id, channel, extent });
    await audit.append(recordEvent('record.export', actor, id));
    return {
      bytes: sumOf(sizes),
      read: (from, to) => readPart(database.db, { id, channel }, { sizes, from, to }, dataKey),
    };
  });
}

/** The channels of which audio is kept. */
export async function keptChannels(
  db: Database['db'],
  { id, head }: SessionRow,
  dataKey: Buffer,
): Promise<readonly KeptChannel[]> {
  const { audio } = head === null ? { audio: [] } : createHeadKeys(dataKey, id).openHead(head);
  const kept = await Promise.all(
    audio.map(async (extent, channel) => {
      const sizes = await pieceSizes(db, { id, channel, extent });
      return { channel, seconds: sumOf(sizes) / SAMPLE_BYTES / SAMPLE_RATE };
    }),
  );
  return kept.filter(({ seconds }) => seconds > 0);
}

/** How much audio a channel has according to the head. Throws `record_damaged` if the number of pieces is another. */
async function audioOf(
  { database, integrity }: RecordServices,
  row: SessionRow,
  channel: number,
  dataKey: Buffer,
): Promise<AudioExtent> {
  const extent =
    row.head === null ? undefined : audioExtent(createHeadKeys(dataKey, row.id).openHead(row.head), channel);
  const { pieces } = await database.db
    .selectFrom('audio_pieces')
    .select(({ fn }) => fn.countAll<number>().as('pieces'))
    .where('session_id', '=', row.id)
    .where('channel', '=', channel)
    .where('place', '<', extent?.end ?? 0)
    .executeTakeFirstOrThrow();
  if (extent !== undefined && pieces === extent.pieces) return extent;
  integrity.refused.report({ table: 'sessions', id: row.id, refusal: 'shortened' });
  throw new RequestError('record_damaged');
}

/** Names the audio of one channel of a session. */
interface KeptAudio {
  readonly id: string;
  readonly channel: number;
  readonly extent: AudioExtent;
}

/** The sizes of the pieces in order, up to the first that could not be kept, bytes. */
async function pieceSizes(
  db: Database['db'],
  { id, channel, extent }: KeptAudio,
): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('audio_pieces')
    .select(['place', sql<number>`length(sealed) - ${sql.lit(SEAL_BYTES)}`.as('bytes')])
    .where('session_id', '=', id)
    .where('channel', '=', channel)
    .where('place', '<', extent.end)
    .orderBy('place')
    .execute();
  const gap = rows.findIndex(({ place }, index) => place !== index);
  return rows.slice(0, gap === -1 ? rows.length : gap).map(({ bytes }) => bytes);
}

interface Part {
  /** Of all pieces, in order. */
  readonly sizes: readonly number[];
  readonly from: number;
  readonly to: number;
}

async function* readPart(
  db: Database['db'],
  { id, channel }: Omit<KeptAudio, 'extent'>,
  { sizes, from, to }: Part,
  dataKey: Buffer,
): AsyncGenerator<Buffer> {
  let begin = 0;
  for (const [place, size] of sizes.entries()) {
    const end = begin + size;
    if (begin < to && end > from) {
      const piece = await readPiece(db, { id, channel, place }, dataKey);
      yield piece.subarray(Math.max(0, from - begin), Math.min(size, to - begin));
    }
    begin = end;
  }
}

async function readPiece(
  db: Database['db'],
  { id, channel, place }: { readonly id: string; readonly channel: number; readonly place: number },
  dataKey: Buffer,
): Promise<Buffer> {
  const row = await db
    .selectFrom('audio_pieces')
    .selectAll()
    .where('session_id', '=', id)
    .where('channel', '=', channel)
    .where('place', '=', place)
    .executeTakeFirst();
  if (row === undefined) throw new RequestError('record_damaged');
  return openAudio(dataKey, row);
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
