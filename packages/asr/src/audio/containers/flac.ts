import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { SpeechError } from '../../speech-error.js';
import type { DecodedAudio, DecodedBlock, RecordingInput } from './container.js';
import { readFlacFrames, spellOutFormat } from './flac-frames.js';
import { recordingKind } from './recording-kind.js';
import { isTagHead } from './tags.js';
import { LONGEST_GAP_SECONDS, measureGap } from './timeline.js';
import { brokenContainer } from './unreadable.js';

/** Opens native FLAC (RFC 9639), up to the first bytes that are not one of its frames. */
export async function openFlac(input: RecordingInput): Promise<DecodedAudio> {
  const info = await readStreamInfo(input);
  const { samples, sampleRate } = info;
  return {
    durationSeconds: samples === undefined ? undefined : samples / sampleRate,
    blocks: decodeBlocks(input, info),
  };
}

interface StreamInfo {
  /** Samples of one channel; undefined if the writer left that open. */
  readonly samples: number | undefined;
  readonly sampleRate: number;
  readonly sampleBits: number;
  readonly channels: number;
}

/** A mark, a block's header, and STREAMINFO, which is always the first block (RFC 9639, sections 6 and 8.2). */
const STREAM_INFO_END = 4 + 4 + 34;

/** Reads up to the first frame. */
async function readStreamInfo({ bytes, name }: RecordingInput): Promise<StreamInfo> {
  const head = Buffer.from(await bytes.peek(STREAM_INFO_END));
  if (head.length < STREAM_INFO_END) throw withoutFrames(name);
  const fields = head.readBigUInt64BE(8 + 10);
  const sampleRate = Number(fields >> 44n);
  const channels = Number((fields >> 41n) & 7n) + 1;
  const sampleBits = Number((fields >> 36n) & 0x1fn) + 1;
  const samples = Number(fields & 0xf_ffff_ffffn);
  if (sampleRate === 0) throw withoutFrames(name);
  await bytes.skip(4);
  for (let isLast = false; !isLast;) {
    const block = Buffer.from(await bytes.read(4));
    if (block.length < 4) throw withoutFrames(name);
    isLast = (block[0] ?? 0) >> 7 === 1;
    await bytes.skip(block.readUIntBE(1, 3));
  }
  return { samples: samples === 0 ? undefined : samples, sampleRate, sampleBits, channels };
}

async function* decodeBlocks(
  { name, bytes, isLive = false }: RecordingInput,
  { samples: announced, sampleRate, sampleBits, channels }: StreamInfo,
): AsyncGenerator<DecodedBlock, string | undefined> {
  const decoder = new FLACDecoder();
  await decoder.ready;
  const frames = readFlacFrames(bytes, isNoFrame, { isLive });
  let decodedSamples = 0;
  let emitted = 0;
  let base: number | undefined;
  let damaged = 0;
  let hasJumped = false;
  try {
    for (;;) {
      const frame = await frames.next();
      if (frame.done === true) {
        const { isCut, gaps } = frame.value;
        if (isLive && gaps > 0) throw brokenContainer(name, 'holds bytes in the middle that are not FLAC');
        if (announced !== undefined && decodedSamples < announced) {
          const secondsOf = (count: number) => (count / sampleRate).toFixed(1);
          return `gives only ${secondsOf(decodedSamples)} of ${secondsOf(announced)} s`;
        }
        if (isCut) return 'is cut off in the middle';
        if (damaged + gaps > 0) return `is damaged in ${damaged + gaps} places`;
        return hasJumped
          ? `has a gap of more than ${LONGEST_GAP_SECONDS / 60} minutes, which was left out`
          : undefined;
      }
      const { isRateTold } = frame.value;
      const decoded = await decoder.decodeFrames([spellOutFormat(frame.value, sampleBits)]);
      damaged += decoded.errors.length;
      if (isLive && damaged > 0) throw brokenContainer(name);
      if (decoded.samplesDecoded === 0) continue;
      const rate = (isRateTold && decoded.sampleRate) || sampleRate;
      if (isLive && (rate !== sampleRate || decoded.channelData.length !== channels))
        throw brokenContainer(
          name,
          'holds sound of another rate or with other channels than its header says',
        );
      base ??= frame.value.position;
      const gap = measureGap((frame.value.position - base - emitted) / rate);
      hasJumped ||= gap.hasJumped;
      base += Math.round(gap.skippedSeconds * rate);
      // If the count of samples has gone on, frames are lost.
      if (gap.silentSeconds > 0) damaged += 1;
      if (isLive && (gap.silentSeconds > 0 || gap.hasJumped))
        throw brokenContainer(name, 'lacks a part in the middle');
      for (let left = Math.round(gap.silentSeconds * rate); left > 0; left -= rate) {
        const length = Math.min(left, rate);
        yield { channels: decoded.channelData.map(() => new Float32Array(length)), sampleRate: rate };
        emitted += length;
      }
      emitted += decoded.samplesDecoded;
      decodedSamples += decoded.samplesDecoded;
      yield { channels: decoded.channelData, sampleRate: rate };
    }
  } finally {
    decoder.free();
  }
}

/** Whether bytes may follow the last frame, as another recording, a tag or padding. */
function isNoFrame(head: Uint8Array): boolean {
  return recordingKind(head) !== undefined || isTagHead(head);
}

function withoutFrames(name: string): SpeechError {
  return new SpeechError(
    'unreadable_audio',
    `${name} looks like FLAC, but is cut off before its first sound.`,
    'Copy it again, as a whole, from where it was recorded.',
  );
}
