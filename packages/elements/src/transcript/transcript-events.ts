import type { Segment, SpeakerCorrections } from '@auscult/client';

/** The text of a final after a person has corrected it. */
export interface CorrectionDetail {
  readonly segment: Segment;
  /** All of its text as it is now. */
  readonly text: string;
}

/** What only `<auscult-transcript>` tells, besides `auscult-state` and `auscult-problem`. All bubble and leave shadow roots. */
export interface TranscriptEventMap {
  'auscult-line': CustomEvent<Segment>;
  'auscult-correction': CustomEvent<CorrectionDetail>;
  'auscult-identification': CustomEvent<SpeakerCorrections>;
}
