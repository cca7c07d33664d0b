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
export { isRecording } from './audio/is-recording.js';
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
export { startRecognizer } from './recognizer/start-recognizer.js';
export {
  defaultLiveOptions,
  transcribeRecording,
  type TranscribeOptions,
} from './live/transcribe-recording.js';
export { listModels, verifyModel, type ListedModel } from './models/list-models.js';
