import type { PcmEncoding } from '../audio/pcm.js';
import type { UtteranceEnd } from '../segment/segmenter.js';
import type { KeyTermList } from '../terms/key-term-list.js';
import type { KnownVoice, SpeakerCount, SpeakerFindings, SpokenSpan } from '../speakers/speaker-findings.js';
import type { KeyTerm, Lexicon } from '../terms/key-term.js';
import type { ContinuedStream, StreamContext } from './stream-context.js';
import type { UtteranceTimes } from './utterance-times.js';

/** How one live stream is to be heard. */
export interface LiveOptions {
  /** Samples a second of the audio pushed, 8,000 to 48,000. */
  readonly sampleRate: number;
  readonly encoding: PcmEncoding;
  /** Whether `onPartial` is wanted. Without it no work is spent on partial hypotheses. */
  readonly partials: boolean;
  /** Whether partials come with `unsettled`, and also where nothing else in them is new; off by default. */
  readonly unsettled?: boolean;
  /** Silence that ends an utterance, milliseconds. */
  readonly endpointingMs: number;
  /**
   * Whether an utterance ends earlier after a complete sentence, at half of that silence, and later within one, at up to
   * 1.8 times of it. It needs a process that is free when a pause begins. Off by default.
   */
  readonly endpointSentences?: boolean;
  /** An utterance that grows longer is cut at its quietest place, seconds. */
  readonly maxUtteranceSeconds: number;
  /** Earlier audio, with its final tokens, that the decoder hears again, seconds. 0 switches it off. */
  readonly contextSeconds: number;
  /** How much faster than it was spoken the audio is heard, for hearings that are voted on; 1 by default. */
  readonly speed?: number;
  /** Language of the speech, a BCP 47 tag, or `auto` where the model can tell; the recognizer's own by default. */
  readonly language?: string;
  /** Text in the language of the speech, the default, or in English where the model can translate. */
  readonly task?: 'transcribe' | 'translate';
  /** Beams of the search for finals; the recognizer's own number by default. */
  readonly beams?: number;
  /** Terms that are likely to be said, at most `keyTermLimits.terms`; they are written as given here. */
  readonly keyTerms?: readonly KeyTerm[] | KeyTermList;
  /**
   * Whether terms of the lexicon are looked for. The default is the recognizer's own setting, and no stream can have
   * more than that.
   */
  readonly lexicon?: Lexicon;
  /** Whether to tell apart who speaks, see `SpeakerCount`; `off` by default. */
  readonly speakers?: SpeakerCount;
  /**
   * Voices that may be among the speakers. Whoever is like none of them stays without a name, and a voice that is not heard is
   * nobody's.
   */
  readonly knownVoices?: readonly KnownVoice[];
  /** What `speakerState` gave of the stream that this one continues, so that its speakers keep their numbers. */
  readonly speakerState?: Uint8Array;
  /** What was said before, if the stream continues another, on the same model. */
  readonly continues?: ContinuedStream;
  /** `background` lets the work of all other streams go first; `live` by default. */
  readonly priority?: 'live' | 'background';
  /**
   * Whose stream it is, from the widest to the narrowest, such as a tenant and a person in it. At each level,
   * processing time is shared evenly between those who want it. Streams that name nobody form one share.
   */
  readonly share?: readonly string[];
}

/** A word with its place in the stream's own clock, as `Word` of the protocol is, field by field. */
export interface Word {
  readonly text: string;
  /** Seconds since the stream's first sample. */
  readonly start: number;
  readonly end: number;
  /** 0 to 1: the share of such words that are right (docs/decisions/0043). */
  readonly confidence: number;
  /** What was said, where it is written otherwise. */
  readonly spoken?: string;
  /** What a term or number may be instead, the likeliest first, at most three. */
  readonly alternatives?: readonly WordAlternative[];
  /** Set for a term of medicine, a key term or a number that somebody should look at. */
  readonly doubtful?: true;
  /** Who said it, counted from 0, if speakers are told apart. */
  readonly speaker?: number;
  /** 0 to 1: the share of such words that are given to the right speaker. */
  readonly speakerConfidence?: number;
}

/** What a word may be instead. */
export interface WordAlternative {
  readonly text: string;
  /** 0 to 1; all of them and that of the word add up to at most 1. */
  readonly confidence: number;
  /** How many words, from this one on, it replaces, where it replaces several. */
  readonly words?: number;
}

/** Text that will not change. */
export interface FinalHypothesis {
  /** Counts the finals of a stream from 0 without gaps. */
  readonly sequence: number;
  readonly text: string;
  /** Seconds since the stream's first sample. */
  readonly start: number;
  readonly end: number;
  /** 0 to 1: geometric mean of the token probabilities. */
  readonly confidence: number;
  readonly words: readonly Word[];
  /** BCP 47 tag. */
  readonly language: string;
  /** Why its utterance ended. */
  readonly reason: UtteranceEnd;
  /**
   * Words that should have been put into written form were left as spoken, since a number or a negation would have
   * been lost.
   */
  readonly rewriteStopped?: true;
  /** Who said most of its words, if speakers are told apart. What is found out later may change it. */
  readonly speaker?: number;
}

/** The text of the utterance now being spoken; a later one extends it without changing the words shown. */
export interface PartialHypothesis {
  /** The `sequence` that the final of this utterance will have. */
  readonly sequence: number;
  readonly text: string;
  /** What was heard behind `text`, with the space before it, but only once so far: the next partial may have other words. */
  readonly unsettled?: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  /** Who is probably speaking, if speakers are told apart. */
  readonly speaker?: number;
}

/** Speech began or ended at `at` seconds on the stream's own clock. */
export interface SpeechActivity {
  readonly state: 'started' | 'ended';
  readonly at: number;
}

/** Why words that the decoder had are in no final, or differ from those that were first heard. */
export type DropReason =
  /** The sound was too short or too faint to be speech. */
  | 'faint'
  /** Somebody spoke, or seemed to, but the utterance as a whole gave no words. */
  | 'inaudible'
  /** The model more likely invented the words than heard them. */
  | 'invented'
  /** The decoder went round in a loop, which was cut. */
  | 'repetition'
  /** The decoder did not come to an end, and was cut. */
  | 'endless'
  /** The utterance was heard a second time, and the first result was discarded. */
  | 'reheard'
  /** Three or more words in a row that partials showed were listened for by themselves, and were not heard again. */
  | 'unconfirmed';

/** Words of an utterance that the decoder had but that are not kept. */
export interface DroppedWords {
  readonly reason: DropReason;
  /** That of the partials of the utterance, and of its final if there is one. */
  readonly sequence: number;
  /** Where the utterance begins, seconds since the stream's first sample. */
  readonly start: number;
  readonly end: number;
  /** Whether a partial of the utterance was sent. */
  readonly shown: boolean;
}

/** An utterance without a final: what sounded like speech held no text, or none that is kept. */
export interface EmptyUtterance {
  /** That of its partials, if there were any; the next utterance with a final takes the same number. */
  readonly sequence: number;
  /** Seconds since the stream's first sample. */
  readonly start: number;
  readonly end: number;
  /** Why it ended. */
  readonly reason: UtteranceEnd;
}

/** Called in stream order; all but `onAudio` never synchronously from `push`. */
export interface LiveListener {
  /**
   * Audio was taken, at 16 kHz and mono, within ±1: the samples that all times of the stream count. Called from
   * within `push` and `flush`. The array must not be kept.
   */
  readonly onAudio?: (samples: Float32Array) => void;
  readonly onFinal: (hypothesis: FinalHypothesis) => void;
  /** An utterance turned out to have no final, and this takes its place. Not called for audio that was lost. */
  readonly onEmpty?: (utterance: EmptyUtterance) => void;
  readonly onPartial?: (hypothesis: PartialHypothesis) => void;
  readonly onSpeech?: (activity: SpeechActivity) => void;
  /** What was said of the speakers of earlier finals has changed. */
  readonly onSpeakers?: (findings: SpeakerFindings) => void;
  /** Words were dropped. Called after the utterance's final or `onEmpty`. */
  readonly onDropped?: ((words: DroppedWords) => void) | undefined;
  /** Less audio waits than before: `pendingSeconds` has fallen. */
  readonly onCaughtUp?: () => void;
  /** Recognition of some audio failed for good (after all retries); the stream goes on. */
  readonly onLost?: (span: { readonly start: number; readonly end: number }) => void;
  /** How long an utterance took. Called before its final, `onEmpty` or `onLost`. */
  readonly onTimes?: ((times: UtteranceTimes) => void) | undefined;
  /**
   * Names the utterance that begins at `start`, in seconds, to whoever watches the machines that hear it, such as by a W3C
   * traceparent. The name is passed on as it is. `startedAt`: see `UtteranceTimes`. Called only with `onTimes`.
   */
  readonly traceOf?: ((start: number, startedAt: number) => string | undefined) | undefined;
}

/** One channel of one live stream. Owns its audio until the final that covers it has been delivered. */
export interface LiveTranscription {
  /**
   * Takes PCM in the stream's encoding; the length must be a multiple of the sample size.
   * The bytes are consumed before it returns. `sampleRate` overrides the stream's rate from here on.
   */
  push(pcm: Uint8Array, sampleRate?: number): void;
  /** Takes samples at 16 kHz within ±1, whatever the stream's encoding and rate: what `onAudio` of an earlier stream was given. */
  pushSamples(samples: Float32Array): void;
  /** Ends the current utterance now; resolves once the finals of all audio pushed so far are delivered. */
  flush(): Promise<void>;
  /** Listens for these key terms instead of the former ones, at the latest from the next utterance on. */
  listenFor(keyTerms: readonly KeyTerm[] | KeyTermList): void;
  /** Gives what was said in these spans to the speakers named there, whatever is found out later. */
  assignSpeakers?(spans: readonly SpokenSpan[]): void;
  /** Two speakers are one: whatever is or will be found to be of `from` is of `into`. */
  mergeSpeakers?(from: number, into: number): void;
  /** What is known of the speakers so far, for a stream that continues this one. Holds voices: to be kept only encrypted. */
  speakerState?(): Uint8Array | undefined;
  /** What was said lately, for a stream that continues this one. It needs the audio from the first utterance of it on. */
  context?(): StreamContext;
  /** Drops whatever is pending. No listener is called afterwards. */
  close(): void;
  /** Seconds of audio taken so far. */
  readonly receivedSeconds: number;
  /** Up to this moment of the stream's clock, all audio is final or held no speech. */
  readonly settledSeconds: number;
  /** Speech in utterances that wait for their finals, seconds: it grows where a client sends too fast. */
  readonly pendingSeconds: number;
  /** Seconds of speech in the finals so far. */
  readonly speechSeconds: number;
}
