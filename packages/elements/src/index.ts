export { defineElements } from './define-elements.js';
export { DictationElement } from './dictation/dictation-element.js';
export type { Recording } from './shared-recording/recording.js';
export { TranscriptElement, type TranscriptLine } from './transcript/transcript-element.js';
export type { CorrectionDetail, TranscriptEventMap } from './transcript/transcript-events.js';
