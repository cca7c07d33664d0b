import { SpeechError } from '../../speech-error.js';
import type { ByteSource } from '../byte-source.js';
import { companded } from './companding.js';
import type { DecodedAudio, DecodedBlock, RecordingInput } from './container.js';

/**
 * RIFF/WAVE with PCM of 8, 16, 24 or 32 bits, floats of 32 or 64 bits, A-law or µ-law, plain or as
 * WAVE_FORMAT_EXTENSIBLE, also in the 64-bit variants RF64 and BW64 (EBU Tech 3306). What a writer left at
 * 0 or at the largest number because it could not seek back is taken to reach to the end.
 */
export async function openWav(input: RecordingInput): Promise<DecodedAudio> {
  const header = await readHeader(input);
  const { format, dataOffset, dataBytes } = header;
  const bytes = dataBytes ?? (input.file === undefined ? undefined : input.file.size - dataOffset);
  return {
    durationSeconds: bytes === undefined ? undefined : bytes / format.frameBytes / format.sampleRate,
    blocks: decodeBlocks(input.bytes, header),
  };
}

/** Whether these first bytes of a file begin a WAVE file whose samples `openWav` can decode. */
export function isReadableWav(head: Uint8Array): boolean {
  const view = viewOf(head);
  if (head.length < 12 || !RIFF_NAMES.has(fourCharacters(view, 0)) || fourCharacters(view, 8) !== 'WAVE')
    return false;
  for (let at = 12; at + 8 <= head.length;) {
    const size = view.getUint32(at + 4, true);
    if (fourCharacters(view, at) === 'fmt ')
      return parseFormat(head.subarray(at + 8, at + 8 + size)) !== undefined;
    at += 8 + size + (size % 2);
  }
  return false;
}

const RIFF_NAMES: ReadonlySet<string> = new Set(['RIFF', 'RF64', 'BW64']);

/** Sizes from here on are what writers put down that did not know the size; sox writes the first of them. */
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
  /** Undefined where the writer did not know it. */
  readonly dataBytes: number | undefined;
}

type ReadSample = (view: DataView, offset: number) => number;

/** Reads up to the first sample. */
async function readHeader({ name, bytes }: RecordingInput): Promise<WavHeader> {
  await bytes.skip(12);
  let offset = 12;
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
      return { format, dataOffset: offset, dataBytes: longDataBytes ?? (isKnown(size) ? size : undefined) };
    }
    const padded = size + (size % 2);
    if (chunk === 'fmt ' || chunk === 'ds64') {
      const body = await bytes.read(padded);
      if (chunk === 'fmt ') format = parseFormat(body);
      else longDataBytes = parseLongDataBytes(body);
    } else {
      await bytes.skip(padded);
    }
    offset += padded;
  }
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
  // The real tag of the extensible form is the beginning of its sub-format GUID.
  const tag = plainTag === 0xfffe && body.length >= 26 ? view.getUint16(24, true) : plainTag;
  const channels = view.getUint16(2, true);
  const frameBytes = view.getUint16(12, true);
  const readSample = sampleReader(tag, (frameBytes / channels) * 8);
  if (readSample === undefined) return undefined;
  return { sampleRate: view.getUint32(4, true), channels, frameBytes, readSample };
}

/** Format tags: PCM 1, IEEE float 3, A-law 6, µ-law 7. Fewer valid bits than stored are on the left. */
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

async function* decodeBlocks(
  bytes: ByteSource,
  { format, dataBytes }: WavHeader,
): AsyncGenerator<DecodedBlock, string | undefined> {
  const { frameBytes, sampleRate } = format;
  let left = dataBytes ?? Number.POSITIVE_INFINITY;
  const blockBytes = Math.max(1, Math.floor(BLOCK_BYTES / frameBytes)) * frameBytes;
  while (left > 0) {
    const block = await bytes.read(Math.min(blockBytes, left));
    if (block.length < frameBytes) break;
    left -= block.length;
    yield { channels: deinterleave(block, format), sampleRate };
  }
  if (dataBytes === undefined || left < frameBytes) return undefined;
  const [found, expected] = [dataBytes - left, dataBytes].map((size) =>
    seconds(size / frameBytes / sampleRate),
  );
  return `ends after ${found} of ${expected} s`;
}

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
