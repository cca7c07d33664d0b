import type { KnownSpeaker } from '@auscult/protocol';
import type { Level } from './audio/intake.js';
import type { Problem } from './problem.js';
import type { TranscriberState } from './transcriber-state.js';
import type { DroppedWords, Segment, SpokenCommand } from './transcript.js';

/** The events of a transcriber. */
export interface TranscriberEvents {
  readonly state: TranscriberState;
  /**
   * Replaces the previous partial of the same channel; an empty text without `unsettled` removes it, since nothing was said
   * after all.
   */
  readonly partial: Segment;
  /**
   * Its text counts from now on, and that of the finals it `removes` no longer; `transcript` has applied this
   * already.
   */
  readonly final: Segment;
  /** The speaker gave one of `commands`. The partial of its words, if there was one, has been removed before. */
  readonly command: SpokenCommand;
  /** Who speaks has changed, or is better known; `transcript` has applied this already. */
  readonly speakers: SpeakersUpdate;
  /** Words that partials have shown are not kept, and why. The partial, if there was one, has been removed before. */
  readonly dropped: DroppedWords;
  readonly speech: { readonly state: 'started' | 'ended'; readonly at: number; readonly channel?: number };
  /** One per channel, about 20 times per second of audio; zero once when it is muted, paused or over. */
  readonly level: readonly Level[];
  /** Something differs from what was asked for; nothing is lost. */
  readonly warning: { readonly code: string; readonly message: string };
  /** Something went wrong. The transcriber goes on unless its state says `failed`. */
  readonly problem: Problem;
  /** The text of everything, heard again after `stop()`. */
  readonly refined: { readonly text: string; readonly segments: readonly Segment[] };
}

/** What has changed in who speaks, because the server has heard more or because of `identify()`. */
export interface SpeakersUpdate {
  /** The finals in which words belong to somebody else than before, as they are now. */
  readonly revised: readonly Segment[];
  /** Everybody heard so far, and what is known of them. */
  readonly speakers: readonly KnownSpeaker[];
  /** Up to here, only people change who spoke: seconds of audio since `start()`. */
  readonly settledSeconds: number;
}
