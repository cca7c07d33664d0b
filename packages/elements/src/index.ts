export { defineElements } from './define-elements.js';
export { DictationElement } from './dictation/dictation-element.js';
export type { Recording } from './shared-recording/recording.js';
