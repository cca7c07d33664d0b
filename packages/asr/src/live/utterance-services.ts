import type { InferencePool, Share } from '../inference/inference-pool.js';
import type { KeyTermList } from '../terms/key-term-list.js';
import type { Lexicon } from '../terms/key-term.js';
import type { TokenText } from '../text/token-text.js';
import type { WordBreaks } from '../text/words.js';

/** What recognition needs from outside of the stream. */
export interface UtteranceServices {
  readonly pool: InferencePool;
  /** Names the stream among all of the process. */
  readonly stream: string;
  /** The language of streams that name none. */
  readonly language: string;
  /** Hypotheses that are searched side by side for finals. */
  readonly beams: number;
  readonly textOf: (token: number) => TokenText;
  /** Where the words of a language begin. */
  readonly wordBreaksOf: (language: string) => WordBreaks;
  /** The stream's key terms, and whether the pool knows the lexicon. */
  readonly keyTerms: KeyTermList | undefined;
  readonly lexicon: Lexicon;
  /** What the confidence of a word is worth, see `calibratedConfidence`. */
  readonly calibrated: (confidence: number) => number;
  /** Share of the carried context to use now, 0 to 1. */
  readonly contextShare: () => number;
  /** Whose speech it is, see `RecognitionRequest`. */
  readonly share: Share;
}
