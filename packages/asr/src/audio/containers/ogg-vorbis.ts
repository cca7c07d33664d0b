import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import type { DecodedAudio, RecordingInput } from './container.js';
import { decodeOgg } from './decode-ogg.js';
import { summariseOgg } from './ogg.js';

/** Vorbis in Ogg. Its identification header: Vorbis I specification, section 4.2.2. */
export async function openOggVorbis(input: RecordingInput): Promise<DecodedAudio> {
  const { identification, lastPosition } = await summariseOgg(input);
  const sampleRate = identification.length >= 16 ? identification.readUInt32LE(12) : 0;
  return {
    durationSeconds: lastPosition !== undefined && sampleRate > 0 ? lastPosition / sampleRate : undefined,
    blocks: decodeOgg(input, new OggVorbisDecoder()),
  };
}
