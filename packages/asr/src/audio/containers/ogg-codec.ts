/** Codecs that are decoded from Ogg without the help of ffmpeg. */
export type OggCodec = 'opus' | 'vorbis' | 'flac';

/**
 * The codec of a track, told from its first packet (RFC 7845, section 5.1; Vorbis I, section 4.2.1; RFC 9639, section
 * 10.1).
 */
export function oggCodec(packet: Buffer): OggCodec | undefined {
  return signatures.find(
    ([, signature]) => packet.toString('latin1', 0, signature.length) === signature,
  )?.[0];
}

const signatures: readonly (readonly [OggCodec, string])[] = [
  ['opus', 'OpusHead'],
  ['vorbis', '\u0001vorbis'],
  ['flac', '\u007fFLAC'],
];

/** Samples at the beginning that Opus counts but that are not played (RFC 7845, section 5.1). */
export function preSkipOf(identification: Buffer): number {
  const hasOne = oggCodec(identification) === 'opus' && identification.length >= 12;
  return hasOne ? identification.readUInt16LE(10) : 0;
}
