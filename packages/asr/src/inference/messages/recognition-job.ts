import type { TokenAlternative } from '../../decoding/reconsider-terms.js';
import type { Hypothesis, Stretch } from '../../decoding/search.js';
import type { DecodingRequest, Opening } from '../../decoding/speech-model.js';
import type { NamedTerm } from '../../terms/name-terms.js';
import type { AudioSpan } from './stream-audio.js';

/**
 * How urgent a job is. A late final keeps a person waiting; a late partial is worth nothing; for a background job, nobody
 * waits from second to second.
 */
export type JobPriority = 'final' | 'partial' | 'background';

/**
 * One window of audio to be turned into tokens. A job has only values that can be serialised: it names its audio, which a
 * worker is sent once, ahead of the first job that needs it.
 */
export interface RecognitionJob {
  readonly id: number;
  /** A final goes before those of a crowd: somebody else who brings many. */
  readonly priority: JobPriority | 'final-beside-crowd';
  /**
   * Names a window by its stream and start: jobs of the same window continue each other's encoding. Absent if no other job
   * shares the audio.
   */
  readonly window: string | undefined;
  /** Names the stream that the audio belongs to. */
  readonly stream: string;
  /** The window's audio, from its start to the end of the utterance. */
  readonly audio: AudioSpan;
  /** Tokens already final for the beginning of the window: the decoder continues after them. */
  readonly prefix: readonly number[];
  /** Tokens that are expected after the prefix. They are read all at once, so those that prove right cost little. */
  readonly draft: readonly number[];
  /** Length of the audio whose text is wanted, seconds: bounds the number of tokens. */
  readonly newSeconds: number;
  /** Whether a later job of the same window will continue this one's encoding. */
  readonly keepState: boolean;
  readonly decoding: DecodingRequest;
  /** The lists of terms to be looked for, by the names under which the worker knows them. */
  readonly termLists: readonly string[];
  /** Names the work that the job is part of to whoever watches the machine that does it; see `LiveListener.traceOf`. */
  readonly trace?: string | undefined;
}

/** What a worker spent on the parts of a job, seconds. Jobs that are decoded together count the same time. */
export interface JobPhases {
  readonly encodeSeconds: number;
  readonly decodeSeconds: number;
  /** Looking for terms. */
  readonly termsSeconds: number;
}

/** Names the lexicon among lists of terms. */
export const LEXICON = 'lexicon';

/** The tokens of one utterance. */
export interface RecognitionResult extends Omit<Hypothesis, 'frames' | 'lostIn'>, Opening {
  /** Where in the window each token was heard, seconds. */
  readonly heardAt: readonly number[];
  /** Where in the window the search went wrong, if it did not come to an end, seconds. */
  readonly lostIn?: Stretch;
  /**
   * The mean natural logarithm of the token probabilities before words were replaced by terms; absent if no terms were
   * looked for. The probability of a term does not tell whether anybody spoke; this does.
   */
  readonly surenessBeforeTerms?: number;
  /** Terms of the job's lists, in their order. */
  readonly terms: readonly NamedTerm[];
  /** What terms and numbers of the text may be instead, in no particular order. */
  readonly alternatives: readonly TokenAlternative[];
}
