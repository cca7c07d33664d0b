import type { InferencePool, Share } from '../inference/inference-pool.js';
import type { KeyTermList } from '../terms/key-term-list.js';
import type { Lexicon } from '../terms/key-term.js';
import type { TokenText } from '../text/token-text.js';
import type { WordBreaks } from '../text/words.js';

/**
 * How the text of an utterance came about: heard once, or twice with a vote on the words; heard again by itself as the first
 * text was doubtful; or completed by words for voice that had none.
 */
export type FinalHearing = 'once' | 'voted' | 'again' | 'completed';

/** What the recognition of a stream needs from outside it. */
export interface UtteranceServices {
  readonly pool: InferencePool;
  /** Identifies the stream within the process. */
  readonly stream: string;
  /** The language of streams that name none. */
  readonly language: string;
  /** Beams of the search for finals. */
  readonly beams: number;
  readonly textOf: (token: number) => TokenText;
  /** Where the words of a language begin. */
  readonly wordBreaksOf: (language: string) => WordBreaks;
  /** The stream's key terms, which may change. */
  readonly keyTerms: () => KeyTermList | undefined;
  readonly lexicon: Lexicon;
  /** The calibrated confidence of a word, see `calibratedConfidence`. */
  readonly calibrated: (confidence: number) => number;
  /** Whether a second hearing of an utterance finds words that the first has wrong. */
  readonly hearsTwice: boolean;
  /** Told of each utterance how its text came about. */
  readonly onHeard: (how: FinalHearing) => void;
  /** How much of the carried context to use now, 0 to 1. */
  readonly contextFraction: () => number;
  /** Whose speech it is, see `RecognitionRequest`. */
  readonly share: Share;
}
