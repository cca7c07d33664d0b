import type { DecodedBlock } from './container.js';
import type { OggPage } from './ogg.js';

/** One recording of a chain. */
export interface OggLink {
  readonly serialNumber: number;
  /** Whether there was a page after those that begin its tracks. */
  readonly isBegun: boolean;
  readonly take: (page: OggPage) => AsyncGenerator<DecodedBlock, void>;
  /** Gives out what the decoder has held back. */
  readonly end: () => AsyncGenerator<DecodedBlock, void>;
  readonly free: () => void;
}
