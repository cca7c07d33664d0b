import { createByteSource } from '../../src/audio/byte-source.js';
import { readFlacFrames } from '../../src/audio/containers/flac-frames.js';

/** The same recording in frames that leave their sample rate and size to the head of the stream (RFC 9639, section 9.1). */
export async function leaveFormatToHead(flac: Buffer): Promise<Buffer> {
  let start = 4;
  for (let isLast = false; !isLast;) {
    isLast = (flac[start] ?? 0) >> 7 === 1;
    start += 4 + flac.readUIntBE(start + 1, 3);
  }
  const rest = [flac.subarray(start)];
  const frames = readFlacFrames(
    createByteSource(() => Promise.resolve(rest.pop())),
    () => false,
  );
  const written = [flac.subarray(0, start)];
  for await (const { bytes } of frames) written.push(withoutFormat(Buffer.from(bytes)));
  return Buffer.concat(written);
}

function withoutFormat(frame: Buffer): Buffer {
  const [sizes = 0, first = 0] = [frame[2], frame[4]];
  const numberBytes = first < 0x80 ? 1 : Math.clz32(~(first << 24));
  const end = 4 + numberBytes + ([0, 0, 0, 0, 0, 0, 1, 2][sizes >> 4] ?? 0);
  const rateBytes = [1, 2, 2][(sizes & 15) - 12] ?? 0;
  const head = Buffer.from(frame.subarray(0, end));
  head[2] = sizes & 0xf0;
  head[3] = (head[3] ?? 0) & 0xf1;
  const body = frame.subarray(end + rateBytes + 1, -2);
  const whole = Buffer.concat([head, Buffer.from([checksum(head, 8, 0x07)]), body]);
  const sum = checksum(whole, 16, 0x8005);
  return Buffer.concat([whole, Buffer.from([sum >> 8, sum & 255])]);
}

function checksum(bytes: Uint8Array, bits: number, polynomial: number): number {
  const [top, mask] = [1 << (bits - 1), 2 ** bits - 1];
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) sum = ((sum << 1) ^ ((sum & top) === 0 ? 0 : polynomial)) & mask;
  }
  return sum;
}
