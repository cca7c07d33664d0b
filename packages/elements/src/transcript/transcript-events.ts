import type { Problem, Segment, SpeakerCorrections, TranscriberState } from '@auscult/client';

/** A line as it is read, with the corrections of people. */
export interface TranscriptLine {
  /** What the speaker is called; absent if speakers are not told apart. */
  readonly name?: string;
  readonly speaker?: number;
  readonly text: string;
  /** Seconds of audio since the recording began. */
  readonly start: number;
  readonly end: number;
}

/** The text of a final after a person has corrected it. */
export interface CorrectionDetail {
  readonly segment: Segment;
  /** All of its text as it is now. */
  readonly text: string;
}

/** The text of a final that is in the record of its session now. */
export interface SavedDetail extends CorrectionDetail {
  readonly sessionId: string;
  /** That of the final; 1 is what was heard. */
  readonly version: number;
}

/** The text of a final that is not in the record, and why. It stays in the element. */
export interface UnsavedDetail extends CorrectionDetail, Problem {
  readonly sessionId: string;
}

/** The events of `<auscult-transcript>`. All bubble and leave shadow roots. */
export interface TranscriptEventMap {
  'auscult-state': CustomEvent<TranscriberState>;
  'auscult-problem': CustomEvent<Problem>;
  'auscult-line': CustomEvent<Segment>;
  /** Cancelable: if it is prevented, the text is not sent to the server. */
  'auscult-correction': CustomEvent<CorrectionDetail>;
  'auscult-saved': CustomEvent<SavedDetail>;
  'auscult-unsaved': CustomEvent<UnsavedDetail>;
  'auscult-identification': CustomEvent<SpeakerCorrections>;
}

/** Tells one of these events. Returns false if somebody has prevented it. */
export type TellTranscript = <E extends keyof TranscriptEventMap>(
  event: E,
  detail: TranscriptEventMap[E]['detail'],
) => boolean;
