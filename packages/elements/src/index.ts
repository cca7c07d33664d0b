export { defineElements } from './define-elements.js';
export { DictationElement } from './dictation/dictation-element.js';
export type { Recording } from './shared-recording/recording.js';
export type {
  DictationEventMap,
  FinalDetail,
  PartialDetail,
  RemovedDetail,
  UnwrittenDetail,
} from './dictation/dictation-events.js';
