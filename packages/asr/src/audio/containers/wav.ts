import { SpeechError } from '../../speech-error.js';
import type { ByteSource } from '../byte-source.js';
import { companded } from './companding.js';
import { type DecodedAudio, type DecodedBlock, MOST_CHANNELS, type RecordingInput } from './container.js';
import { gather } from './file-cursor.js';
import { recordingKind, RECORDING_KIND_BYTES } from './recording-kind.js';
import { findTail, findTailIn, indexOfWaveHeader, isKnownChunk, isWaveHeader } from './riff-chunks.js';

/**
 * RIFF/WAVE with PCM of 8, 16, 24 or 32 bits, floats of 32 or 64 bits, A-law or µ-law, plain or as
 * WAVE_FORMAT_EXTENSIBLE, also in the 64-bit variants RF64 and BW64 (EBU Tech 3306). Sizes are not trusted: samples go on to
 * the end if the writer left 0 or the largest number, or if the samples by that size are followed by neither a chunk nor
 * another WAVE file. The data of several files in a row are all decoded.
 */
export async function openWav(input: RecordingInput): Promise<DecodedAudio> {
  const header = await readHeader(input.bytes, input.name, 0);
  const { file } = input;
  const extent =
    file === undefined
      ? { size: Number.POSITIVE_INFINITY, tailStart: Number.POSITIVE_INFINITY }
      : { size: file.size, tailStart: await findTail(file) };
  return {
    durationSeconds: await durationOf(header, input, extent),
    blocks: decodeBlocks(input, header, extent),
  };
}

/** Whether these first bytes of a file begin a WAVE file whose samples `openWav` can decode. */
export function isReadableWav(head: Uint8Array): boolean {
  const view = viewOf(head);
  if (!isWaveHeader(Buffer.from(head.buffer, head.byteOffset, head.byteLength))) return false;
  for (let at = 12; at + 8 <= head.length;) {
    const size = view.getUint32(at + 4, true);
    if (fourCharacters(view, at) === 'fmt ')
      return parseFormat(head.subarray(at + 8, at + 8 + size)) !== undefined;
    at += 8 + size + (size % 2);
  }
  return false;
}

/** Sizes from here on are written where the size was not known; sox writes the first of them. */
const UNKNOWN_SIZE_FROM = 0x7fff_0000;

/** A block of PCM: 0.4 s of 44.1 kHz stereo. */
const BLOCK_BYTES = 65_536;

interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  /** Bytes of one sample of every channel. */
  readonly frameBytes: number;
  readonly readSample: ReadSample;
}

interface WavHeader {
  readonly format: WavFormat;
  /** Where the samples begin, bytes. */
  readonly dataOffset: number;
  /** Length of the samples, bytes; undefined if the writer did not know it. */
  readonly dataBytes: number | undefined;
}

type ReadSample = (view: DataView, offset: number) => number;

/** Reads from `start`, where a file begins, up to its first sample. */
async function readHeader(bytes: ByteSource, name: string, start: number): Promise<WavHeader> {
  await bytes.skip(12);
  let offset = start + 12;
  let format: WavFormat | undefined;
  let longDataBytes: number | undefined;
  for (;;) {
    const head = viewOf(await bytes.read(8));
    if (head.byteLength < 8) throw withoutSamples(name);
    const chunk = fourCharacters(head, 0);
    const size = head.getUint32(4, true);
    offset += 8;
    if (chunk === 'data') {
      if (format === undefined) throw withoutSamples(name);
      const dataBytes = longDataBytes ?? (isKnown(size) ? size : undefined);
      return { format, dataOffset: offset, dataBytes: dataBytes && wholeFrames(dataBytes, format) };
    }
    const padded = size + (size % 2);
    if (chunk === 'fmt ' || chunk === 'ds64') {
      const body = await readChunk(bytes, padded);
      if (chunk === 'fmt ') format = parseFormat(body);
      else longDataBytes = parseLongDataBytes(body);
    } else {
      await bytes.skip(padded);
    }
    offset += padded;
  }
}

/** The most bytes that a writer fills in a chunk about the samples; if its size claims more, the rest is skipped. */
const MOST_FORMAT_BYTES = 1_024;

async function readChunk(bytes: ByteSource, claimed: number): Promise<Uint8Array> {
  const body = await bytes.read(Math.min(claimed, MOST_FORMAT_BYTES));
  await bytes.skip(claimed - body.length);
  return body;
}

/** A length rounded down to whole frames: no writer means to end in the middle of one. */
function wholeFrames(bytes: number, { frameBytes }: WavFormat): number {
  return Math.ceil(bytes / frameBytes) * frameBytes;
}

function isKnown(size: number): boolean {
  return size > 0 && size < UNKNOWN_SIZE_FROM;
}

/** The `ds64` chunk: 64-bit sizes of the file, then of the data. */
function parseLongDataBytes(body: Uint8Array): number | undefined {
  if (body.length < 16) return undefined;
  const size = Number(viewOf(body).getBigUint64(8, true));
  return size > 0 && Number.isSafeInteger(size) ? size : undefined;
}

/** The `fmt ` chunk; undefined for samples that need a codec or make no sense. */
function parseFormat(body: Uint8Array): WavFormat | undefined {
  if (body.length < 16) return undefined;
  const view = viewOf(body);
  const plainTag = view.getUint16(0, true);
  // In the extensible form, the real tag is the beginning of the sub-format GUID.
  const tag = plainTag === 0xfffe && body.length >= 26 ? view.getUint16(24, true) : plainTag;
  const channels = view.getUint16(2, true);
  const frameBytes = view.getUint16(12, true);
  if (channels > MOST_CHANNELS) return undefined;
  const readSample = sampleReader(tag, (frameBytes / channels) * 8);
  if (readSample === undefined) return undefined;
  return { sampleRate: view.getUint32(4, true), channels, frameBytes, readSample };
}

/**
 * Format tags: PCM 1, IEEE float 3, A-law 6, µ-law 7. If fewer bits are valid than stored, they are the upper ones.
 */
function sampleReader(tag: number, storedBits: number): ReadSample | undefined {
  switch (`${tag}/${storedBits}`) {
    case '1/8':
      return (view, offset) => (view.getUint8(offset) - 128) / 128;
    case '1/16':
      return (view, offset) => view.getInt16(offset, true) / 2 ** 15;
    case '1/24':
      return (view, offset) => (view.getUint8(offset) + view.getInt16(offset + 1, true) * 256) / 2 ** 23;
    case '1/32':
      return (view, offset) => view.getInt32(offset, true) / 2 ** 31;
    case '3/32':
      return (view, offset) => finite(view.getFloat32(offset, true));
    case '3/64':
      return (view, offset) => finite(view.getFloat64(offset, true));
    case '6/8':
      return (view, offset) => companded.aLaw[view.getUint8(offset)] ?? 0;
    case '7/8':
      return (view, offset) => companded.muLaw[view.getUint8(offset)] ?? 0;
    default:
      return undefined;
  }
}

function finite(sample: number): number {
  return Number.isFinite(sample) ? sample : 0;
}

/** The length as far as it is known before the samples are read, seconds. */
async function durationOf(
  { format, dataOffset, dataBytes }: WavHeader,
  { file }: RecordingInput,
  extent: Extent,
): Promise<number | undefined> {
  const secondsOf = (bytes: number): number => bytes / format.frameBytes / format.sampleRate;
  const declaredEnd = dataOffset + (dataBytes ?? Number.POSITIVE_INFINITY);
  if (file === undefined) return dataBytes === undefined ? undefined : secondsOf(dataBytes);
  if (dataBytes !== undefined && declaredEnd >= extent.tailStart) return secondsOf(dataBytes);
  if (dataBytes !== undefined) {
    const behind = await gather(
      file.read(declaredEnd, Math.min(file.size, declaredEnd + RECORDING_KIND_BYTES)),
    );
    if (boundaryIn(behind, 0) !== undefined) return secondsOf(dataBytes);
  }
  return secondsOf(extent.tailStart - dataOffset);
}

/** How far a file reaches, bytes; infinite for a stream. */
interface Extent {
  readonly size: number;
  /** Where the chunks after the samples begin. */
  readonly tailStart: number;
}

async function* decodeBlocks(
  input: RecordingInput,
  first: WavHeader,
  extent: Extent,
): AsyncGenerator<DecodedBlock, string | undefined> {
  const { name, bytes } = input;
  let header = first;
  let damage: string | undefined;
  for (;;) {
    const end = yield* decodeData(input, header, extent);
    damage ??= end.damage;
    const next = await nextHeader(bytes, name, header.format, end.position, extent);
    if (typeof next !== 'object') return damage ?? next;
    header = next;
  }
}

interface DataEnd {
  /** Where the samples end, bytes. */
  readonly position: number;
  readonly damage: string | undefined;
}

/** Decodes the samples of one `data` chunk, and samples that follow it without a chunk of their own. */
async function* decodeData(
  { bytes, isLive = false }: RecordingInput,
  { format, dataOffset, dataBytes }: WavHeader,
  { size, tailStart }: Extent,
): AsyncGenerator<DecodedBlock, DataEnd> {
  const { frameBytes, sampleRate } = format;
  const blockBytes = Math.max(1, Math.floor(BLOCK_BYTES / frameBytes)) * frameBytes;
  const declaredEnd = dataOffset + (dataBytes ?? Number.POSITIVE_INFINITY);
  // A size that reaches beyond the file says nothing about the chunks at the file's end.
  let limit = declaredEnd > size ? tailStart : declaredEnd;
  let position = dataOffset;
  const ends = (): string | undefined => {
    if (dataBytes === undefined || position + frameBytes > declaredEnd) return undefined;
    const secondsOf = (length: number) => seconds(length / frameBytes / sampleRate);
    return `ends after ${secondsOf(position - dataOffset)} of ${secondsOf(dataBytes)} s`;
  };
  for (;;) {
    const left = limit - position;
    if (left < frameBytes) {
      const goesOn = limit === declaredEnd && tailStart > declaredEnd;
      const rest = goesOn ? boundaryIn(await bytes.peek(left + RECORDING_KIND_BYTES), left) : left;
      if (rest === undefined) {
        limit = tailStart;
        continue;
      }
      await bytes.skip(rest);
      return { position: position + rest, damage: ends() };
    }
    const wanted = Math.min(blockBytes, Math.floor(left / frameBytes) * frameBytes);
    // A header may begin at the very end of what is seen.
    const ahead = WAVE_HEADER_BYTES - 1;
    const least = (isLive ? frameBytes : wanted) + ahead;
    const looked = await bytes.look(least, wanted + ahead);
    const seen = Buffer.from(looked.buffer, looked.byteOffset, looked.byteLength);
    const isEnd = seen.length < least;
    const header = indexOfWaveHeader(seen);
    const length = Math.min(
      wanted,
      header < 0 ? seen.length - (isEnd ? 0 : ahead) : findTailIn(seen, header),
    );
    const block = await bytes.read(length - (length % frameBytes));
    position += block.length;
    if (block.length > 0) yield { channels: deinterleave(block, format), sampleRate };
    if (header < 0 && (length === wanted || !isEnd)) continue;
    const damage = ends();
    position += await bytes.skip((header < 0 ? length : header) - block.length);
    return { position, damage };
  }
}

/** Bytes by which a WAVE file is recognised. */
const WAVE_HEADER_BYTES = 12;

/**
 * These bytes begin up to a frame before the place where the header says that the samples end, `left` bytes before
 * it. Tells how many of them still belong to the samples; undefined if the samples do not end there: the file goes
 * on, but with neither a chunk nor another file.
 */
function boundaryIn(bytes: Uint8Array, left: number): number | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Odd sizes should be padded, which some writers forget.
  if (buffer.length <= left + 1) return left;
  return [left, left + 1].find((at) => {
    const head = buffer.subarray(at);
    return (
      isKnownChunk(head) || head.toString('latin1', 0, 4) === 'data' || recordingKind(head) !== undefined
    );
  });
}

/** Reads on to the next samples; returns what is wrong, or undefined if no chunk follows. */
async function nextHeader(
  bytes: ByteSource,
  name: string,
  formatBefore: WavFormat,
  start: number,
  { tailStart }: Extent,
): Promise<WavHeader | string | undefined> {
  let format = formatBefore;
  for (let position = start; position < tailStart;) {
    const head = Buffer.from(await bytes.peek(WAVE_HEADER_BYTES));
    if (head.length < 8) return undefined;
    if (isWaveHeader(head)) return readHeader(bytes, name, position).catch(() => UNREADABLE_PART);
    const chunk = head.toString('latin1', 0, 4);
    const size = head.readUInt32LE(4);
    if (chunk === 'data') {
      await bytes.skip(8);
      return { format, dataOffset: position + 8, dataBytes: isKnown(size) ? size : undefined };
    }
    // This is no chunk; the caller finds out what it is.
    if (chunk !== 'fmt ' && !isKnownChunk(head)) return undefined;
    const padded = size + (size % 2);
    await bytes.skip(8);
    if (chunk === 'fmt ') {
      const parsed = parseFormat(await readChunk(bytes, padded));
      if (parsed === undefined) return UNREADABLE_PART;
      format = parsed;
    } else {
      await bytes.skip(padded);
    }
    position += 8 + padded;
  }
  // Chunks need not be of a known kind if their sizes lead to the very end.
  await bytes.skip(Number.POSITIVE_INFINITY);
  return undefined;
}

const UNREADABLE_PART = 'is made of several recordings, of which not all can be decoded';

function deinterleave(block: Uint8Array, { channels, frameBytes, readSample }: WavFormat): Float32Array[] {
  const view = viewOf(block);
  const sampleBytes = frameBytes / channels;
  const frames = Math.floor(block.length / frameBytes);
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(frames);
    for (let i = 0; i < frames; i++) samples[i] = readSample(view, i * frameBytes + channel * sampleBytes);
    return samples;
  });
}

function seconds(value: number): string {
  return value.toFixed(1);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function fourCharacters(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}

function withoutSamples(name: string): SpeechError {
  return new SpeechError(
    'unreadable_audio',
    `${name} is a WAVE file without samples.`,
    'Record or copy it again.',
  );
}
