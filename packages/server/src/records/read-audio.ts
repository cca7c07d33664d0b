import type { Database } from '../db/database.js';
import { RequestError } from '../errors.js';
import { readDataKey } from './data-keys.js';
import { openAudio } from './record-audio.js';
import { recordEvent, reportingDamage } from './record-events.js';
import { audioExtent, createHeadKeys, type AudioExtent } from './record-head.js';
import type { RecordServices } from './record-services.js';
import type { Actor } from './record.js';
import type { SessionRow } from './session-rows.js';
import { requireSession } from './whole-record.js';

/** The kept audio of a channel as 16-bit PCM at 16 kHz, piece by piece. Logs first that somebody exports it. */
export async function readAudio(
  services: RecordServices,
  id: string,
  channel: number,
  actor: Actor,
): Promise<AsyncIterable<Buffer>> {
  const { database, rows, masterKeys, audit } = services;
  return reportingDamage(audit, id, actor, async () => {
    const { row } = await requireSession(rows, id);
    const dataKey = await readDataKey(database.db, masterKeys, id);
    const extent = await audioOf(services, row, channel, dataKey);
    await audit.append(recordEvent('record.export', actor, id));
    return readPieces(database.db, { id, channel, extent }, dataKey);
  });
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

/** The pieces in order, up to the first that could not be kept. Throws `record_damaged` if a piece that was kept is missing. */
async function* readPieces(
  db: Database['db'],
  { id, channel, extent }: KeptAudio,
  dataKey: Buffer,
): AsyncGenerator<Buffer> {
  for (let place = 0; place < extent.end; place++) {
    const row = await db
      .selectFrom('audio_pieces')
      .selectAll()
      .where('session_id', '=', id)
      .where('channel', '=', channel)
      .where('place', '=', place)
      .executeTakeFirst();
    if (row === undefined && extent.pieces < extent.end) return;
    if (row === undefined) throw new RequestError('record_damaged');
    yield openAudio(dataKey, row);
  }
}
