export { defineElements } from './define-elements.js';
export { DictationElement } from './dictation/dictation-element.js';
export type { Recording } from './shared-recording/recording.js';
export { TranscriptElement } from './transcript/transcript-element.js';
export type {
  CorrectionDetail,
  SavedDetail,
  TranscriptEventMap,
  TranscriptLine,
  UnsavedDetail,
} from './transcript/transcript-events.js';
export type { Template } from './commands/read-templates.js';
export type {
  CommandDetail,
  DictationEventMap,
  FinalDetail,
  PartialDetail,
  RemovedDetail,
  UnwrittenDetail,
} from './dictation/dictation-events.js';
