import type { TokenAlternative } from '../../decoding/reconsider-terms.js';
import type { Hypothesis, Stretch } from '../../decoding/search.js';
import type { DecodingRequest, Opening } from '../../decoding/speech-model.js';
import type { NamedTerm } from '../../terms/name-terms.js';
import type { AudioSpan } from './stream-audio.js';

/**
 * How urgent a job is. A final that is late delays a person; a partial that is late is worth nothing; nobody waits for
 * one in the background from second to second.
 */
export type JobPriority = 'final' | 'partial' | 'background';

/**
 * One window of audio to be turned into tokens: only values that can be sent anywhere. The audio is named,
 * and goes to each worker once, before the first job that it is part of.
 */
export interface RecognitionJob {
  readonly id: number;
  /** A final goes before those of a crowd: somebody else who brings many. */
  readonly priority: JobPriority | 'final-beside-crowd';
  /**
   * Names the stream and the start of its window: jobs of the same window continue each other's encoding.
   * Absent if no other job shares the audio.
   */
  readonly window: string | undefined;
  /** Names the stream whose audio it is. */
  readonly stream: string;
  /** The window's audio, from its start to the end of the utterance. */
  readonly audio: AudioSpan;
  /** Tokens already final for the beginning of the window: the decoder continues after them. */
  readonly prefix: readonly number[];
  /** Tokens that are expected after the prefix: read all at once, those that prove right cost little. */
  readonly draft: readonly number[];
  /** Length of the audio whose text is wanted, seconds: bounds the number of tokens. */
  readonly newSeconds: number;
  /** Whether a later job of the same window will continue this one's encoding. */
  readonly keepState: boolean;
  readonly decoding: DecodingRequest;
  /** The lists of terms to be looked for, by the names under which the worker knows them. */
  readonly termLists: readonly string[];
}

/** Names the lexicon among lists of terms. */
export const LEXICON = 'lexicon';

/** The tokens of one utterance. */
export interface RecognitionResult extends Omit<Hypothesis, 'frames' | 'lostIn'>, Opening {
  /** Where in the window each token was heard, seconds. */
  readonly heardAt: readonly number[];
  /** Where in the window a search that did not end went wrong, seconds. */
  readonly lostIn?: Stretch;
  /**
   * The mean natural logarithm of the token probabilities before terms took the place of words; absent where none could.
   * How sure the decoder was of a term says nothing of whether anybody spoke.
   */
  readonly surenessBeforeTerms?: number;
  /** Terms of the job's lists, in their order. */
  readonly terms: readonly NamedTerm[];
  /** What terms and numbers may be instead, in no order. */
  readonly alternatives: readonly TokenAlternative[];
}
