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

/** The events of `<auscult-transcript>`. All bubble and leave shadow roots. */
export interface TranscriptEventMap {
  'auscult-state': CustomEvent<TranscriberState>;
  'auscult-problem': CustomEvent<Problem>;
  'auscult-line': CustomEvent<Segment>;
  'auscult-correction': CustomEvent<CorrectionDetail>;
  'auscult-identification': CustomEvent<SpeakerCorrections>;
}

/** Tells one of these events. */
export type TellTranscript = <E extends keyof TranscriptEventMap>(
  event: E,
  detail: TranscriptEventMap[E]['detail'],
) => void;
