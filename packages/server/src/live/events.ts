import type { EmptyUtterance, PartialHypothesis, SpeechActivity, WrittenFinal } from '@auscult/asr';
import {
  describeError,
  type DropReason,
  type ErrorCode,
  type ErrorDetails,
  type ErrorMessage,
  type Explanation,
  type KnownSpeaker,
  type SessionSettings,
  type SpeakerRevision,
  type WarningMessage,
} from '@auscult/protocol';
import type { Transcription } from '../transcriptions/transcription.js';
import type { PauseReason } from './inbox.js';

/**
 * Something that happens in a session and that its client may have to know. Times are seconds on the stream's own
 * clock, unrounded.
 */
export type SessionEvent =
  /** The first event of a session: audio may come. */
  | { readonly kind: 'opened'; readonly setup: SetupInForce }
  /** The answer to `configure`. */
  | { readonly kind: 'configured'; readonly setup: SetupInForce }
  | PartialEvent
  | FinalEvent
  /** An utterance has no final; this takes its place. */
  | { readonly kind: 'empty'; readonly channel: number; readonly utterance: EmptyUtterance }
  /** Words that a partial showed are not kept. */
  | DroppedEvent
  /** Who speaks, where it has changed or is better known. */
  | SpeakersEvent
  /** Audio was taken, which is now so long, seconds. Only for dialects that follow audio. */
  | { readonly kind: 'taken'; readonly receivedSeconds: number }
  | { readonly kind: 'speech'; readonly channel: number; readonly activity: SpeechActivity }
  /** Recognition of some audio failed for good. */
  | LostEvent
  /** The answer to `finalize`: the finals of all audio before it have been sent. */
  | { readonly kind: 'finalized'; readonly at: number }
  /** The answer to `stop` and `end`: the finals of all audio before it have been sent. */
  | { readonly kind: 'stopped'; readonly totals: StreamTotals; readonly refinement: string | undefined }
  /** The server goes away, and the finals of all audio have been sent. The connection is closed next. */
  | { readonly kind: 'ending' }
  /** The second pass is done, or has failed. */
  | { readonly kind: 'refined'; readonly transcription: Transcription }
  /** Something differs from what was asked for; the session goes on. */
  | { readonly kind: 'warning'; readonly warning: Omit<WarningMessage, 'type'> }
  /** Reading from the client is paused, since it sends more than it may. Sent each time. */
  | { readonly kind: 'paused'; readonly reason: PauseReason }
  /** Something did not go as asked, or ends the session. */
  | { readonly kind: 'error'; readonly problem: Problem }
  /** The answer to `reply`. */
  | Reply
  /** The first event on a connection that resumes the session. Finals that the client has not received follow. */
  | { readonly kind: 'resumed'; readonly receivedSamples: number }
  /** How far audio and its text have come. Sent regularly. */
  | { readonly kind: 'acknowledged'; readonly receivedSamples: number; readonly settledSeconds: number };

/** Frames that the dialect makes by itself: as a command, they are asked for; as an event, they are to be sent. */
export interface Reply {
  readonly kind: 'reply';
  /** Called when they are sent. */
  readonly frames: () => readonly string[];
  /** Whether they are sent at once, since the client waits for them, and not behind finals that are still to be recorded. */
  readonly isPrompt?: true;
}

export interface PartialEvent {
  readonly kind: 'partial';
  readonly channel: number;
  readonly madeAt: Date;
  readonly hypothesis: PartialHypothesis;
}

export interface FinalEvent {
  readonly kind: 'final';
  readonly channel: number;
  readonly madeAt: Date;
  readonly hypothesis: WrittenFinal;
}

interface DroppedEvent {
  readonly kind: 'dropped';
  readonly channel: number;
  readonly reason: DropReason;
  readonly sequence: number;
  readonly start: number;
  readonly end: number;
}

export interface SpeakersEvent {
  readonly kind: 'speakers';
  /** Words of earlier finals that have another speaker now. */
  readonly revised: readonly (SpeakerRevision & { readonly channel: number })[];
  /** Everybody heard so far. */
  readonly speakers: readonly KnownSpeaker[];
  /** Up to this moment, only people change who spoke. */
  readonly settledSeconds: number;
}

interface LostEvent {
  readonly kind: 'lost';
  readonly channel: number;
  readonly start: number;
  readonly end: number;
}

/** The setup of the session that is in force. */
export interface SetupInForce {
  readonly settings: SessionSettings;
  /** Key terms that are listened for, with those of the server and of the tenant. */
  readonly keyTerms: number;
}

/** What has been received and sent since the session began. */
export interface StreamTotals {
  readonly audioSeconds: number;
  readonly speechSeconds: number;
  readonly finals: number;
  readonly words: number;
}

/** An error of the protocol's table, with its text. */
export type Problem = Omit<ErrorMessage, 'type'>;

/** An `error` event with what the table says about a code, unless more is known about this case. */
export function problemEvent(
  code: ErrorCode,
  details?: ErrorDetails,
  explanation?: Explanation,
): SessionEvent {
  return { kind: 'error', problem: describeError(code, details, explanation) };
}
