import { SpeechError } from '../../speech-error.js';
import { decodePcm } from '../pcm.js';
import type { DecodedAudio, DecodedBlock, RecordingInput } from './container.js';
import {
  childrenOf,
  EBML_HEADER_BYTES,
  type EbmlChild,
  ebmlIds,
  floatOf,
  parseEbmlElement,
  unsignedOf,
} from './ebml.js';
import { createOpusPackets, OPUS_RATE } from './opus-packets.js';
import { endsEarly, LONGEST_GAP_SECONDS, placeInTime, type TimedBlock } from './timeline.js';
import { brokenContainer, brokenRecording, soundless } from './unreadable.js';
import { readWebmElements, type WebmEnd } from './webm-elements.js';
import { parseWebmTracks, type WebmTrack, type WebmTracks } from './webm-track.js';

/**
 * WebM, and Matroska, whose first track of sound is Opus or samples as floats, from its first byte on, as browsers record it. Throws
 * `unreadable_audio`, or `container_broken` for what is live, if there is no such track.
 */
export async function openWebm(input: RecordingInput): Promise<DecodedAudio> {
  const elements = readWebmElements(input);
  const head: Head = { nanoseconds: DEFAULT_SCALE, ticks: undefined };
  for (;;) {
    const next = await elements.next();
    if (next.done === true)
      throw broken(input, next.value.isCut ? 'is cut off before its first sound' : undefined);
    const { id, body } = next.value;
    if (id === ebmlIds.info) readInfo(body, head);
    if (id !== ebmlIds.tracks) continue;
    const tracks = tracksIn(input, body);
    if (tracks.first === undefined) throw soundless(input.name);
    if ('flaw' in tracks.first) throw broken(input, tracks.first.flaw);
    const declared = secondsOf(head);
    return {
      durationSeconds: declared,
      blocks: decodeBlocks(input, elements, tracks.first, head, tracks.hasPictures ? undefined : declared),
    };
  }
}

/** Whether these first bytes of a file begin WebM of which all sound can be decoded here. */
export function isReadableWebm(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  let at = 0;
  for (;;) {
    const element = parseEbmlElement(bytes.subarray(at, at + EBML_HEADER_BYTES));
    if (element === undefined || (at === 0 && element.id !== ebmlIds.header)) return false;
    const start = at + element.headerBytes;
    const end = start + (element.bodyBytes ?? 0);
    if (element.id === ebmlIds.tracks) return isReadable(bytes.subarray(start, end));
    at = element.id === ebmlIds.segment ? start : end;
  }
}

function isReadable(body: Buffer): boolean {
  try {
    const { sounds, first } = parseWebmTracks(body);
    return sounds === 1 && first !== undefined && 'codec' in first;
  } catch {
    return false;
  }
}

/** The clock of a recording. */
interface Head {
  /** Of one tick. */
  nanoseconds: number;
  /** The length that the header states; undefined if it states none. */
  ticks: number | undefined;
}

/** A millisecond (RFC 9559, section 5.1.2.9). */
const DEFAULT_SCALE = 1_000_000;

function readInfo(body: Buffer, head: Head): void {
  for (const { id, body: value } of wholeChildren(body)) {
    if (id === ebmlIds.timestampScale) head.nanoseconds = unsignedOf(value) || DEFAULT_SCALE;
    if (id === ebmlIds.duration) head.ticks = floatOf(value);
  }
}

function secondsOf({ nanoseconds, ticks = Number.NaN }: Head): number | undefined {
  const seconds = (ticks * nanoseconds) / 1e9;
  return seconds > 0 && Number.isFinite(seconds) ? seconds : undefined;
}

/** The elements in these bytes; none if they are damaged. */
function wholeChildren(body: Buffer): readonly EbmlChild[] {
  try {
    return [...childrenOf(body)];
  } catch {
    return [];
  }
}

function tracksIn(input: RecordingInput, body: Buffer): WebmTracks {
  try {
    return parseWebmTracks(body);
  } catch {
    throw broken(input, undefined);
  }
}

function broken({ name, isLive = false }: RecordingInput, flaw: string | undefined): SpeechError {
  return isLive ? brokenContainer(name, flaw) : brokenRecording(name, 'WebM or Matroska', flaw);
}

/** Flaws of the blocks so far. */
interface Flaws {
  damaged: number;
}

async function* decodeBlocks(
  input: RecordingInput,
  elements: AsyncGenerator<EbmlChild, WebmEnd>,
  track: WebmTrack,
  head: Head,
  declared: number | undefined,
): AsyncGenerator<DecodedBlock, string | undefined> {
  const { isLive = false } = input;
  const flaws: Flaws = { damaged: 0 };
  const timed = timedBlocks(input, elements, track, head, flaws);
  let end: WebmEnd | undefined;
  const sampleRate = track.codec.kind === 'opus' ? OPUS_RATE : track.codec.sampleRate;
  const blocks = (async function* () {
    end = yield* timed;
  })();
  let seconds = 0;
  const placed = placeInTime(blocks, {
    sampleRate,
    longestGapSeconds: isLive ? LONGEST_LIVE_GAP_SECONDS : LONGEST_GAP_SECONDS,
  });
  let next = await placed.next();
  for (; next.done !== true; next = await placed.next()) {
    seconds += (next.value.channels[0]?.length ?? 0) / sampleRate;
    yield next.value;
  }
  const { isCut = false, gaps = 0 } = end ?? {};
  if (isLive && gaps > 0) throw brokenContainer(input.name, 'holds bytes in the middle that are not WebM');
  if (isCut) return 'is cut off in the middle';
  if (flaws.damaged + gaps > 0) return `is damaged in ${flaws.damaged + gaps} places`;
  if (next.value.hasJumped)
    return `has a gap of more than ${LONGEST_GAP_SECONDS / 60} minutes, which was left out`;
  return declared !== undefined && endsEarly(seconds, declared)
    ? `ends after ${seconds.toFixed(1)} of ${declared.toFixed(1)} s`
    : undefined;
}

/** Nobody waits for words behind a longer silence; where a clock jumps by more, it was changed. */
const LONGEST_LIVE_GAP_SECONDS = 60;

async function* timedBlocks(
  { name, isLive = false }: RecordingInput,
  elements: AsyncGenerator<EbmlChild, WebmEnd>,
  { number, codec }: WebmTrack,
  { nanoseconds }: Head,
  flaws: Flaws,
): AsyncGenerator<TimedBlock, WebmEnd> {
  const decoder = createBlockDecoder(codec);
  await decoder.ready;
  let clusterTicks = 0;
  // Times of a recording that is joined late may begin anywhere.
  let zero = isLive ? undefined : 0;
  try {
    for (;;) {
      const element = await elements.next();
      if (element.done === true) return element.value;
      const { id, body } = element.value;
      if (id === ebmlIds.timestamp) clusterTicks = unsignedOf(body.subarray(0, 8));
      if (id !== ebmlIds.simpleBlock && id !== ebmlIds.blockGroup) continue;
      const block = parseBlock(id, body);
      if (block !== undefined && block.track !== number) continue;
      const channels = block?.isLaced === false ? decoder.decode(block.content) : undefined;
      if (block === undefined || channels === undefined) {
        if (isLive) throw brokenContainer(name, block?.isLaced === true ? LACED : DAMAGED);
        flaws.damaged += 1;
        continue;
      }
      const seconds = ((clusterTicks + block.ticks) * nanoseconds) / 1e9;
      zero ??= seconds;
      const kept = withoutPadding(channels, block.paddingSeconds * decoder.sampleRate);
      if ((kept[0]?.length ?? 0) > 0) yield { seconds: seconds - zero, channels: kept };
    }
  } finally {
    decoder.free();
  }
}

const LACED = 'packs several frames of sound into one block, which nobody does who records live';
const DAMAGED = 'holds sound that is damaged and cannot be decoded';

interface BlockDecoder {
  readonly ready: Promise<void>;
  readonly sampleRate: number;
  /** Undefined for damaged content. */
  readonly decode: (content: Buffer) => readonly Float32Array[] | undefined;
  readonly free: () => void;
}

function createBlockDecoder(codec: WebmTrack['codec']): BlockDecoder {
  if (codec.kind === 'opus') {
    const packets = createOpusPackets(codec.head);
    return { ...packets, sampleRate: OPUS_RATE, decode: (content) => packets.decode(content)?.channels };
  }
  const { channels, sampleRate } = codec;
  return {
    ready: Promise.resolve(),
    sampleRate,
    decode: (content) =>
      content.length % (4 * channels) === 0 ? decodePcm(content, 'f32le', channels) : undefined,
    free: () => undefined,
  };
}

/** A block (RFC 9559, section 10). */
interface Block {
  readonly track: number;
  /** Since the beginning of its cluster. */
  readonly ticks: number;
  readonly isLaced: boolean;
  readonly content: Buffer;
  /** Sound at its end that is not heard, seconds. */
  readonly paddingSeconds: number;
}

/** Undefined if the block is damaged. */
function parseBlock(id: number, body: Buffer): Block | undefined {
  if (id === ebmlIds.simpleBlock) return parseBlockBody(body, 0);
  const children = wholeChildren(body);
  const block = children.find((child) => child.id === ebmlIds.block);
  const padding = children.find((child) => child.id === ebmlIds.discardPadding)?.body ?? Buffer.alloc(0);
  const isNumber = padding.length > 0 && padding.length <= 6;
  const nanoseconds = isNumber ? Math.max(0, padding.readIntBE(0, padding.length)) : 0;
  return block && parseBlockBody(block.body, nanoseconds / 1e9);
}

const LACING = 0b110;

/** A track number of variable length, the time, and flags come before the content. */
function parseBlockBody(body: Buffer, paddingSeconds: number): Block | undefined {
  const numberBytes = Math.clz32(body[0] ?? 0) - 23;
  if (numberBytes > 4 || body.length < numberBytes + 3) return undefined;
  return {
    track: body.readUIntBE(0, numberBytes) - 2 ** (7 * numberBytes),
    ticks: body.readInt16BE(numberBytes),
    isLaced: (body.readUInt8(numberBytes + 2) & LACING) !== 0,
    content: body.subarray(numberBytes + 3),
    paddingSeconds,
  };
}

function withoutPadding(channels: readonly Float32Array[], padding: number): readonly Float32Array[] {
  const kept = Math.max(0, (channels[0]?.length ?? 0) - Math.round(padding));
  return channels.map((samples) => samples.subarray(0, kept));
}
