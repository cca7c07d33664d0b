import type { DecodedAudio, RecordingInput } from './container.js';
import { decodeOgg } from './decode-ogg.js';
import { summariseOgg } from './ogg.js';
import { oggCodec, preSkipOf } from './ogg-codec.js';

/** Opus, Vorbis and FLAC in Ogg. */
export async function openOgg(input: RecordingInput): Promise<DecodedAudio> {
  const { identification, samples } = await summariseOgg(input);
  const rate = rateOf(identification);
  const unheard = preSkipOf(identification);
  const seconds =
    samples === undefined || rate === undefined ? undefined : Math.max(0, samples - unheard) / rate;
  return { durationSeconds: isPlausible(seconds, input) ? seconds : undefined, blocks: decodeOgg(input) };
}

/** Samples a second in which positions are counted: 48,000 for Opus, whatever the input had (RFC 7845, section 4). */
function rateOf(identification: Buffer): number | undefined {
  switch (oggCodec(identification)) {
    case 'opus':
      return 48_000;
    case 'vorbis':
      // Vorbis I specification, section 4.2.2.
      return identification.length >= 16 ? identification.readUInt32LE(12) || undefined : undefined;
    case 'flac':
      // STREAMINFO follows 13 bytes of mapping and a block header (RFC 9639, sections 8.2 and 10.1).
      return identification.length >= 30 ? identification.readUIntBE(27, 3) >> 4 || undefined : undefined;
    case undefined:
      return undefined;
  }
}

/** Fewer bytes mean that a clock has jumped: even the silence of a pause is encoded in a few bytes a second. */
const LEAST_BYTES_PER_SECOND = 25;

function isPlausible(seconds: number | undefined, { file }: RecordingInput): boolean {
  return seconds !== undefined && file !== undefined && seconds < file.size / LEAST_BYTES_PER_SECOND;
}
