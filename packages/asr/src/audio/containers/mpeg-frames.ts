/**
 * Whether these bytes begin with two frames, one right after the other: something that looks like a single header turns up in
 * any file. If there are too few bytes for a second frame, the first is enough unless the answer has to be `certain`.
 */
export function isMpegAudio(head: Uint8Array, { certain = false } = {}): boolean {
  const first = parseFrameHeader(head);
  if (first === undefined) return false;
  if (head.length < first.bytes + 4) return !certain;
  const second = parseFrameHeader(head.subarray(first.bytes));
  return second?.layer === first.layer && second.sampleRate === first.sampleRate;
}

/** What the header of a frame says. */
export interface FrameHeader {
  readonly version: 1 | 2 | 2.5;
  readonly layer: 1 | 2 | 3;
  readonly sampleRate: number;
  readonly mono: boolean;
  /** Samples of one channel. */
  readonly samples: number;
  readonly bytes: number;
}

/** kbit/s by the header's bit rate index, 1 to 14 (ISO 11172-3, 2.4.2.3; ISO 13818-3, 2.4.2.3). */
const BIT_RATES = {
  version1: {
    1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  version2: {
    1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
} as const;

const VERSIONS = [2.5, undefined, 2, 1] as const;
const LAYERS = [undefined, 3, 2, 1] as const;

/**
 * Reads the four bytes of a frame header; undefined if they are no header, or one of the free format, which nobody writes.
 */
export function parseFrameHeader(bytes: Uint8Array): FrameHeader | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  if (first !== 0xff || second >> 5 !== 7) return undefined;
  const version = VERSIONS[(second >> 3) & 3];
  const layer = LAYERS[(second >> 1) & 3];
  const baseRate = [44_100, 48_000, 32_000][(third >> 2) & 3];
  if (version === undefined || layer === undefined || baseRate === undefined) return undefined;
  const bitRate = BIT_RATES[version === 1 ? 'version1' : 'version2'][layer][(third >> 4) - 1];
  if (bitRate === undefined) return undefined;

  const sampleRate = version === 1 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1_152;
  const slotBytes = layer === 1 ? 4 : 1;
  const slots = Math.floor(((samples / 8 / slotBytes) * bitRate * 1_000) / sampleRate) + ((third >> 1) & 1);
  return { version, layer, sampleRate, mono: fourth >> 6 === 3, samples, bytes: slots * slotBytes };
}
