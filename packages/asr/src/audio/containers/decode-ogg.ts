import type { DecodedBlock, RecordingInput } from './container.js';
import { readOggPages } from './ogg.js';

/** What the decoders of both Ogg codecs have in common. */
interface OggDecoder {
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

/** Decodes page by page, about a second each, and frees the decoder. */
export async function* decodeOgg(
  { bytes }: RecordingInput,
  decoder: OggDecoder,
): AsyncGenerator<DecodedBlock, string | undefined> {
  const pages = readOggPages(bytes);
  let damaged = 0;
  try {
    await decoder.ready;
    for (;;) {
      const page = await pages.next();
      // The decoders hold a page back until they have seen the next one.
      const decoded = page.done === true ? await decoder.flush() : await decoder.decode(page.value);
      damaged += decoded.errors.length;
      if (decoded.samplesDecoded > 0) yield { channels: decoded.channelData, sampleRate: decoded.sampleRate };
      if (page.done !== true) continue;
      if (page.value.cut) return 'is cut off in the middle';
      damaged += page.value.gaps;
      return damaged === 0 ? undefined : `is damaged in ${damaged} places`;
    }
  } finally {
    decoder.free();
  }
}
