/** Sample layouts accepted on input: signed 16-bit or 32-bit float, little-endian, interleaved. */
export type PcmEncoding = 's16le' | 'f32le';
