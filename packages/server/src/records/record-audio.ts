import { encodePcm, SAMPLE_RATE } from '@auscult/asr';
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

/**
 * Gathers the samples of each channel into pieces; called without samples, it returns what is left of the channel. `firstPlace`:
 * the place of the first piece of a channel, 0 by default.
 */
export function createAudioPieces(
  firstPlace: (channel: number) => number = () => 0,
): (channel: number, samples: Float32Array | undefined) => readonly RecordedPiece[] {
  const gathered = new Map<number, { place: number; parts: Uint8Array[]; bytes: number }>();
  return (channel, samples) => {
    const so = gathered.get(channel) ?? { place: firstPlace(channel), parts: [], bytes: 0 };
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

/** The PCM of a sealed piece. Throws `record_damaged` if it is not what was sealed for that place. */
export function openAudio(
  dataKey: Uint8Array,
  row: { session_id: string; channel: number; place: number; sealed: Buffer },
): Buffer {
  return open(dataKey, row.sealed, ['audio_pieces', row.session_id, row.channel, row.place]);
}
