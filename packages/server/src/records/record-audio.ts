import { encodePcm, SAMPLE_RATE } from '@auscult/asr';
import { sql } from 'kysely';
import type { Database } from '../db/database.js';
import { SEAL_BYTES } from '../storage/seal.js';
import { open, seal } from './seal.js';

/** A piece of the audio of a channel: 16-bit PCM at 16 kHz, little-endian. */
export interface RecordedPiece {
  readonly channel: number;
  readonly place: number;
  readonly pcm: Buffer;
}

/** Length of audio that is encrypted as one piece, seconds. */
const PIECE_SECONDS = 10;
/** Bytes of a kept sample. */
export const SAMPLE_BYTES = 2;

/** Gathers the samples of each channel into pieces; called without samples, it returns what is left of the channel. */
export function createAudioPieces(
  /** What is kept already, by channel. */
  kept: ReadonlyMap<number, KeptAudio> = new Map(),
): (channel: number, samples: Float32Array | undefined) => readonly RecordedPiece[] {
  const gathered = new Map<number, { place: number; parts: Uint8Array[]; bytes: number }>();
  return (channel, samples) => {
    const so = gathered.get(channel) ?? { place: kept.get(channel)?.nextPlace ?? 0, parts: [], bytes: 0 };
    gathered.set(channel, so);
    if (samples !== undefined) {
      const pcm = encodePcm(samples);
      so.parts.push(pcm);
      so.bytes += pcm.length;
    }
    const isFull = so.bytes >= PIECE_SECONDS * SAMPLE_RATE * SAMPLE_BYTES;
    if (so.bytes === 0 || (samples !== undefined && !isFull)) return [];
    const piece = { channel, place: so.place, pcm: Buffer.concat(so.parts) };
    gathered.set(channel, { place: so.place + 1, parts: [], bytes: 0 });
    return [piece];
  };
}

export function sealAudio(dataKey: Uint8Array, sessionId: string, { channel, place, pcm }: RecordedPiece) {
  return {
    session_id: sessionId,
    channel,
    place,
    sealed: seal(dataKey, pcm, ['audio_pieces', sessionId, channel, place]),
  };
}

/** The part of a channel that is kept. */
export interface KeptAudio {
  readonly samples: number;
  /** The place of the next piece. */
  readonly nextPlace: number;
}

/** What is kept of the audio of a session, by channel. */
export async function keptAudio(
  db: Database['db'],
  sessionId: string,
): Promise<ReadonlyMap<number, KeptAudio>> {
  const rows = await db
    .selectFrom('audio_pieces')
    .select(({ fn }) => [
      'channel',
      fn.max<number>('place').as('last'),
      sql<number | string>`sum(length(sealed) - ${sql.lit(SEAL_BYTES)})`.as('bytes'),
    ])
    .where('session_id', '=', sessionId)
    .groupBy('channel')
    .execute();
  return new Map(
    rows.map(({ channel, last, bytes }) => [
      channel,
      { samples: Number(bytes) / SAMPLE_BYTES, nextPlace: last + 1 },
    ]),
  );
}

/** The PCM of a sealed piece. Throws `record_damaged` if it is not what was sealed for that place. */
export function openAudio(
  dataKey: Uint8Array,
  row: { session_id: string; channel: number; place: number; sealed: Buffer },
): Buffer {
  return open(dataKey, row.sealed, ['audio_pieces', row.session_id, row.channel, row.place]);
}
