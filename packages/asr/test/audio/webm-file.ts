import { ebmlIds } from '../../src/audio/containers/ebml.js';

/** An element with its size in one byte, or in eight if it is long; of unknown size if `size` is `unknown`. */
export function element(
  id: number,
  content: Uint8Array | readonly Uint8Array[],
  size: 'known' | 'unknown' = 'known',
): Buffer {
  const body = content instanceof Uint8Array ? content : Buffer.concat([...content]);
  const name = Buffer.from(id.toString(16).padStart(2, '0'), 'hex');
  if (size === 'known' && body.length < 127)
    return Buffer.concat([name, Buffer.of(0x80 | body.length), body]);
  const length = Buffer.alloc(8, 0xff);
  if (size === 'known') length.writeBigUInt64BE(BigInt(body.length));
  length[0] = 1;
  return Buffer.concat([name, length, body]);
}

/** A whole number in four bytes. */
function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A head of Opus. */
export function opusHead(channels: number, preSkip = 312): Buffer {
  const head = Buffer.from(
    'OpusHead\u0001\u0000\u0000\u0000\u0080\u00bb\u0000\u0000\u0000\u0000\u0000',
    'latin1',
  );
  head[9] = channels;
  head.writeUInt16LE(preSkip, 10);
  return head;
}

/** What a track is. */
interface TrackFields {
  readonly number?: number;
  readonly type?: number;
  readonly codec?: string;
  readonly channels?: number;
  readonly head?: Buffer | undefined;
  readonly sampleRate?: number;
  readonly bits?: number;
}

/** A track of sound, by default one channel of Opus. */
export function track({
  number: which = 1,
  type = 2,
  codec = 'A_OPUS',
  channels = 1,
  head = opusHead(channels),
  sampleRate = 48_000,
  bits = 32,
}: TrackFields = {}): Buffer {
  const rate = Buffer.alloc(8);
  rate.writeDoubleBE(sampleRate);
  return element(ebmlIds.trackEntry, [
    element(ebmlIds.trackNumber, number(which)),
    element(ebmlIds.trackType, number(type)),
    element(ebmlIds.codecId, Buffer.from(codec)),
    ...(codec === 'A_OPUS' ? [element(ebmlIds.codecPrivate, head)] : []),
    element(ebmlIds.audio, [
      element(ebmlIds.samplingFrequency, rate),
      element(ebmlIds.channels, number(channels)),
      element(ebmlIds.bitDepth, number(bits)),
    ]),
  ]);
}

/** A block of a track, `ticks` after its cluster. */
export function block(content: Uint8Array, ticks: number, { which = 1, flags = 0 } = {}): Buffer {
  const head = Buffer.alloc(4);
  head[0] = 0x80 | which;
  head.writeInt16BE(ticks, 1);
  head[3] = flags;
  return Buffer.concat([head, content]);
}

export function simpleBlock(
  content: Uint8Array,
  ticks: number,
  options?: Parameters<typeof block>[2],
): Buffer {
  return element(ebmlIds.simpleBlock, block(content, ticks, options));
}

/** A cluster that begins after so many milliseconds. */
export function cluster(
  milliseconds: number,
  blocks: readonly Uint8Array[],
  size?: 'known' | 'unknown',
): Buffer {
  return element(ebmlIds.cluster, [element(ebmlIds.timestamp, number(milliseconds)), ...blocks], size);
}

/** A recording as browsers write it: without sizes that they do not know. */
export function webm(
  tracks: readonly Uint8Array[],
  clusters: readonly Uint8Array[],
  size: 'known' | 'unknown' = 'unknown',
): Buffer {
  return Buffer.concat([
    element(ebmlIds.header, element(0x4282, Buffer.from('webm'))),
    element(ebmlIds.segment, [element(ebmlIds.info, []), element(ebmlIds.tracks, tracks), ...clusters], size),
  ]);
}
