import type { ByteSource } from '../byte-source.js';

/** Skips ID3v2 tags, which may hold a picture of megabytes before the first sound, mostly in MP3. */
export async function skipId3Tags(bytes: ByteSource): Promise<void> {
  for (;;) {
    const head = Buffer.from(await bytes.peek(10));
    if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return;
    // Four bytes of seven bits each (ID3v2.4.0 structure, section 3.1).
    const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
    await bytes.skip(10 + size);
  }
}
