/**
 * How many people speak at one microphone: `off` tells nobody apart, `auto` finds out how many there are, and a number from 1 to
 * 4 is taken as given.
 */
export type SpeakerCount = 'off' | 'auto' | number;

/** Somebody who speaks in a span of the stream. */
export interface SpokenSpan {
  /** The `sequence` of the final that the span is in. */
  readonly sequence: number;
  /** Seconds since the stream's first sample. It holds the words whose middle lies in it. */
  readonly start: number;
  readonly end: number;
  /** Counted from 0 in the order in which people are first heard. */
  readonly speaker: number;
}

/** What has changed in who said what. */
export interface SpeakerFindings {
  /** Spans of earlier finals that belong to somebody else than was said before. */
  readonly revised: readonly RevisedSpan[];
  /** Up to this moment of the stream's clock, nothing will be revised any more. */
  readonly settledSeconds: number;
  /** Known voices that have been heard so far, and as which speakers; it is absent where no voice is known. */
  readonly recognised?: readonly RecognisedVoice[];
}

/** The voice of somebody who enrolled it. */
export interface KnownVoice {
  /** Comes back in `SpeakerFindings` when the voice is heard. No two have the same. */
  readonly name: string;
  /** The mean of its embeddings, centred and of unit length, by the encoder that hears the stream. */
  readonly voice: Float32Array;
}

/** A known voice that was heard. */
export interface RecognisedVoice {
  readonly name: string;
  readonly speaker: number;
}

/** A span that belongs to somebody else than was said before. */
export interface RevisedSpan extends SpokenSpan {
  /** 0 to 1: the share of such words that are given to the right speaker. */
  readonly confidence: number;
}
