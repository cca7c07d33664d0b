/**
 * The bytes of a piece of a byte-level vocabulary, in which every byte is written as one printable character (Radford
 * et al. 2019, GPT-2). `undefined` if one of its characters stands for no byte.
 */
export function bytesOfPiece(piece: string): Uint8Array | undefined {
  const bytes = new Uint8Array(piece.length);
  for (let i = 0; i < piece.length; i++) {
    const byte = byteOf.get(piece[i] ?? '');
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/**
 * Bytes that are printable in Latin-1 stand for themselves; the others are written, in their order, as the characters
 * from U+0100 on.
 */
const characters = (() => {
  const prints = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(prints(byte) ? byte : 0x100 + others++),
  );
})();

const byteOf: ReadonlyMap<string, number> = new Map(characters.map((character, byte) => [character, byte]));
