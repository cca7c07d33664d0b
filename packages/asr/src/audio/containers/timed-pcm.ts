import type { ByteSource } from '../byte-source.js';
import { SAMPLE_RATE } from '../sample-rate.js';
import { EBML_HEADER_BYTES, ebmlIds, parseEbmlElement } from './ebml.js';

/** Samples, and when they are heard. */
export interface TimedPcm {
  /** Where the first sample belongs, seconds, to the millisecond. */
  readonly seconds: number;
  /** Interleaved 16-bit samples at 16 kHz. */
  readonly pcm: Uint8Array;
}

/**
 * Reads the uncompressed audio of one track from Matroska with times in milliseconds, as ffmpeg writes it into a
 * pipe. Consecutive blocks are joined up to a quarter of a second.
 */
export async function* readTimedPcm(bytes: ByteSource, channels: number): AsyncGenerator<TimedPcm, void> {
  const bytesPerSecond = SAMPLE_RATE * 2 * channels;
  let pieces: Uint8Array[] = [];
  let start = 0;
  let length = 0;
  for await (const { seconds, pcm } of readBlocks(bytes)) {
    const isNext = Math.abs(start + length / bytesPerSecond - seconds) < UNEVENNESS_SECONDS;
    if (length > 0 && (!isNext || length >= bytesPerSecond * JOINED_SECONDS)) {
      yield { seconds: start, pcm: Buffer.concat(pieces) };
      pieces = [];
      length = 0;
    }
    if (length === 0) start = seconds;
    pieces.push(pcm);
    length += pcm.length;
  }
  if (length > 0) yield { seconds: start, pcm: Buffer.concat(pieces) };
}

const JOINED_SECONDS = 0.25;

/** Times may be off by this much: they are rounded, and a codec's filter delays its first frames. */
const UNEVENNESS_SECONDS = 0.02;

/** Elements that hold others: only their headers are skipped. */
const OPENED: ReadonlySet<number> = new Set([ebmlIds.segment, ebmlIds.cluster, ebmlIds.blockGroup]);

/** Track number of one byte, time relative to the cluster's, flags (RFC 9559, section 10.2). */
const BLOCK_HEADER_BYTES = 4;

/**
 * The most that ffmpeg writes: eight bytes for a number, and a few megabytes for the samples of a frame of any codec
 * with many channels.
 */
const MOST_TIMESTAMP_BYTES = 8;
const MOST_BLOCK_BYTES = 16 * 1024 ** 2;

async function* readBlocks(bytes: ByteSource): AsyncGenerator<TimedPcm, void> {
  let clusterMs = 0;
  for (;;) {
    const element = parseEbmlElement(await bytes.peek(EBML_HEADER_BYTES));
    if (element === undefined) return;
    const { id, headerBytes, bodyBytes = 0 } = element;
    await bytes.skip(headerBytes);
    if (OPENED.has(id)) continue;
    const isRead = id === ebmlIds.timestamp || id === ebmlIds.simpleBlock || id === ebmlIds.block;
    if (isRead && bodyBytes > (id === ebmlIds.timestamp ? MOST_TIMESTAMP_BYTES : MOST_BLOCK_BYTES)) return;
    if (id === ebmlIds.timestamp) {
      clusterMs = Number(`0x${Buffer.from(await bytes.read(bodyBytes)).toString('hex')}`);
    } else if (id === ebmlIds.simpleBlock || id === ebmlIds.block) {
      const block = Buffer.from(await bytes.read(bodyBytes));
      if (block.length < Math.max(bodyBytes, BLOCK_HEADER_BYTES)) return;
      yield {
        seconds: (clusterMs + block.readInt16BE(1)) / 1_000,
        pcm: block.subarray(BLOCK_HEADER_BYTES),
      };
    } else {
      await bytes.skip(bodyBytes);
    }
  }
}
