/** A checksum of the given width and polynomial, neither reflected nor inverted, as in FLAC and Ogg. */
export function checksum(bytes: Uint8Array, bits: 8 | 16 | 32, polynomial: number): number {
  let sum = 0;
  for (const byte of bytes) {
    sum = (sum ^ (byte << (bits - 8))) >>> 0;
    for (let bit = 0; bit < 8; bit++) {
      const isSet = (sum >>> (bits - 1)) & 1;
      sum = ((sum << 1) ^ (isSet === 1 ? polynomial : 0)) >>> 0;
      if (bits < 32) sum &= 2 ** bits - 1;
    }
  }
  return sum;
}
