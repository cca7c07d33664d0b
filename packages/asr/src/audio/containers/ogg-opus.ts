import { OggOpusDecoder } from 'ogg-opus-decoder';
import type { DecodedAudio, RecordingInput } from './container.js';
import { decodeOgg } from './decode-ogg.js';
import { summariseOgg } from './ogg.js';

/** Opus in Ogg (RFC 7845), which counts its samples at 48 kHz whatever went in. */
export async function openOggOpus(input: RecordingInput): Promise<DecodedAudio> {
  const { identification, lastPosition } = await summariseOgg(input);
  const preSkip = identification.length >= 12 ? identification.readUInt16LE(10) : 0;
  return {
    durationSeconds: lastPosition === undefined ? undefined : Math.max(0, lastPosition - preSkip) / 48_000,
    blocks: decodeOgg(input, new OggOpusDecoder()),
  };
}
