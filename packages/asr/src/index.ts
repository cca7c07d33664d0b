export { SpeechError, type SpeechErrorCode } from './speech-error.js';
export type {
  FinalHypothesis,
  LiveListener,
  LiveOptions,
  LiveTranscription,
  PartialHypothesis,
  SpeechActivity,
  Word,
} from './live/live-transcription.js';
export type { PcmEncoding } from './audio/pcm.js';
export { openRecording, type Recording, type RecordingOptions } from './audio/recording.js';
export { SAMPLE_RATE } from './audio/sample-rate.js';
export type {
  Admission,
  ModelDescription,
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStatus,
  WorkerStatus,
} from './recognizer/recognizer.js';
