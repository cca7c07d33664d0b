/** A byte of UTF-8 with capital letters of ASCII made small. */
export function foldCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
