import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { OggOpusDecoder } from 'ogg-opus-decoder';
import type { DecodedBlock, RecordingInput } from './container.js';
import { readOggPages, type OggPage } from './ogg.js';
import { oggCodec, preSkipOf, type OggCodec } from './ogg-codec.js';
import type { OggLink } from './ogg-link.js';
import { LONGEST_GAP_SECONDS, measureGap } from './timeline.js';

/** What the decoders of all Ogg codecs have in common. */
export interface OggDecoder {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): PromiseLike<DecodedPages> | DecodedPages;
  flush(): Promise<DecodedPages>;
  free(): void;
}

interface DecodedPages {
  readonly channelData: Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly unknown[];
}

/** Makes a decoder of the pages of one track. */
export const oggDecoders: Readonly<Record<OggCodec, () => OggDecoder>> = {
  opus: () => new OggOpusDecoder(),
  vorbis: () => new OggVorbisDecoder(),
  flac: () => new FLACDecoder(),
};

/**
 * Decodes page by page, about a second each, with silence where the positions of pages leave a gap. Chained
 * recordings (RFC 3533, section 4) are decoded one after the other, whatever their codecs.
 */
export async function* decodeOgg({
  bytes,
}: RecordingInput): AsyncGenerator<DecodedBlock, string | undefined> {
  const pages = readOggPages(bytes);
  const flaws: Flaws = { damaged: 0, unheardTracks: 0, hasJumped: false };
  let link: OggLink | undefined;
  let isAlone = true;
  try {
    for (;;) {
      const page = await pages.next();
      if (page.done === true) {
        yield* link?.end() ?? [];
        if (page.value.isCut) return 'is cut off in the middle';
        flaws.damaged += page.value.gaps;
        return describe(flaws);
      }
      const { value } = page;
      if (value.isFirst && link?.isBegun !== false) {
        yield* link?.end() ?? [];
        link?.free();
        link = undefined;
      }
      if (value.isFirst) {
        const codec = oggCodec(value.body);
        if (codec !== undefined && link !== undefined) flaws.unheardTracks += 1;
        else if (codec !== undefined) {
          // The times of a recording that follows another begin where that one ends.
          link = openLink(value.serialNumber, codec, flaws, isAlone ? preSkipOf(value.body) : undefined);
          isAlone = false;
        }
      }
      if (link === undefined && !value.isFirst) flaws.damaged += 1;
      if (link?.serialNumber === value.serialNumber) yield* link.take(value);
    }
  } finally {
    link?.free();
  }
}

/** The flaws found so far. */
interface Flaws {
  damaged: number;
  unheardTracks: number;
  hasJumped: boolean;
}

function describe({ damaged, unheardTracks, hasJumped }: Flaws): string | undefined {
  if (damaged > 0) return `is damaged in ${damaged} places`;
  if (unheardTracks > 0) return 'has several tracks of sound in one of its parts, of which one was heard';
  return hasJumped
    ? `has a gap of more than ${LONGEST_GAP_SECONDS / 60} minutes, which was left out`
    : undefined;
}

/**
 * `begin` is the position of the first sound of a track that does not begin late; undefined if any position will do.
 */
function openLink(serialNumber: number, codec: OggCodec, flaws: Flaws, begin: number | undefined): OggLink {
  const decoder = oggDecoders[codec]();
  let isBegun = false;
  /** The page that the decoder holds back, which it gives out when it sees the next. */
  let held: OggPage | undefined;
  /** Samples given out so far, with the silence between them. */
  let emitted = 0;
  /** The position at which silence or sound begins; undefined until it is known. */
  let base = begin;

  function* give(decoded: DecodedPages, page: OggPage | undefined): Generator<DecodedBlock, void> {
    const { channelData, samplesDecoded, sampleRate, errors } = decoded;
    flaws.damaged += errors.length;
    if (samplesDecoded <= 0) return;
    if (page !== undefined && page.position >= 0) {
      base ??= page.position - samplesDecoded;
      const gap = measureGap((page.position - base - samplesDecoded - emitted) / sampleRate);
      // A stream that was joined late may begin at any position.
      flaws.hasJumped ||= gap.hasJumped && emitted > 0;
      base += Math.round(gap.skippedSeconds * sampleRate);
      for (let left = Math.round(gap.silentSeconds * sampleRate); left > 0; left -= sampleRate) {
        const length = Math.min(left, sampleRate);
        yield { channels: channelData.map(() => new Float32Array(length)), sampleRate };
        emitted += length;
      }
    }
    emitted += samplesDecoded;
    yield { channels: channelData, sampleRate };
  }

  return {
    serialNumber,
    get isBegun() {
      return isBegun;
    },
    async *take(page) {
      await decoder.ready;
      isBegun ||= !page.isFirst;
      // Sound was lost with each missing page.
      if (held !== undefined && page.sequenceNumber !== held.sequenceNumber + 1) flaws.damaged += 1;
      const decoded = await decoder.decode(page.bytes);
      const before = held;
      held = page;
      yield* give(decoded, before);
    },
    async *end() {
      await decoder.ready;
      yield* give(await decoder.flush(), held);
    },
    free: () => {
      decoder.free();
    },
  };
}
