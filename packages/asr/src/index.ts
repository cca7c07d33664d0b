export { SpeechError, type SpeechErrorCode } from './speech-error.js';
export type {
  DroppedWords,
  DropReason,
  EmptyUtterance,
  FinalHypothesis,
  LiveListener,
  LiveOptions,
  LiveTranscription,
  PartialHypothesis,
  SpeechActivity,
  Word,
  WordAlternative,
} from './live/live-transcription.js';
export type { ContinuedStream, StreamContext } from './live/stream-context.js';
export type { HearingTimes, UtteranceTimes } from './live/utterance-times.js';
export type {
  KnownVoice,
  RecognisedVoice,
  RevisedSpan,
  SpeakerCount,
  SpeakerFindings,
  SpokenSpan,
} from './speakers/speaker-findings.js';
export { LEAST_SPOKEN_SECONDS, type HeardVoice } from './speakers/enrol-voice.js';
export type { VoiceEncoderChoice } from './speakers/voice-encoder.js';
export { createVoices } from './speakers/voices.js';
export type { EmbedOptions, Voices, VoicesOptions } from './speakers/voices.js';
export type { VoicesEvent, VoicesStatus, WindowOutcome } from './speakers/voices-status.js';
export { createDiarization, type Diarization, type WordLabel } from './speakers/diarization.js';
export { allWindows, type VoiceWindow } from './speakers/voice-windows.js';
export { labelRecording, type LabelOptions } from './speakers/label-recording.js';
export type { UtteranceEnd } from './segment/segmenter.js';
export { recordingKind, type RecordingKind } from './audio/containers/recording-kind.js';
export { waveEncoding } from './audio/containers/wave-encoding.js';
export { waveHeader } from './audio/containers/wave-header.js';
export { decodePcm, encodePcm, floatsOf, type PcmEncoding } from './audio/pcm.js';
export { isRecording } from './audio/is-recording.js';
export type { Recording, RecordingOptions } from './audio/decode-recording.js';
export { openRecording, type StoredRecording } from './audio/recording.js';
export { createDecoderPool, type DecodeOptions, type DecoderPool } from './audio/decoders/decoder-pool.js';
export type { StreamDecoder, StreamOptions } from './audio/decoders/decode-stream-apart.js';
export { compareSounds, type SoundComparison } from './audio/compare-sounds.js';
export { SAMPLE_RATE } from './audio/sample-rate.js';
export type {
  Admission,
  MachinesStatus,
  ModelDescription,
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStatus,
  WorkerStatus,
} from './recognizer/recognizer.js';
export type { Share } from './inference/inference-pool.js';
export { createJoinedPool, type JoinedPool, type JoinedProcess } from './inference/joined-pool.js';
export type { ToHosted } from './inference/messages/worker-messages.js';
export {
  LEXICON,
  type JobPhases,
  type RecognitionJob,
  type RecognitionResult,
} from './inference/messages/recognition-job.js';
export type { AudioPiece } from './inference/messages/stream-audio.js';
export { keyTermListName } from './terms/key-term-list.js';
export { hostModel, type HostedModel, type HostOptions } from './inference/hosting/hosted-model.js';
export type { FromHosted, HostedListener, HostedProcess } from './inference/hosting/hosted-process.js';
export {
  recognizerOverPool,
  type LoadedPool,
  type StreamSettings,
} from './recognizer/recognizer-over-pool.js';
export { readVocabulary, type Vocabulary } from './text/vocabulary.js';
export { createFairShares, type FairShares } from './inference/scheduling/fair-shares.js';
export { startRecognizer } from './recognizer/start-recognizer.js';
export {
  defaultLiveOptions,
  transcribeRecording,
  type TranscribeOptions,
} from './live/transcribe-recording.js';
export {
  MOST_HEARINGS,
  transcribeByVote,
  type HearingProgress,
  type VoteOptions,
} from './live/transcribe-by-vote.js';
export type { ComputeType } from './models/compute-type.js';
export { listModels, type ListedModel } from './models/list-models.js';
export { exportModels, importModels, type MovedModel } from './models/move-models.js';
export { removeModel } from './models/remove-model.js';
export { modelNames } from './models/choose-model.js';
export { requireLanguage } from './recognizer/load-model.js';
export { resolveModel, type ResolvedModel } from './models/resolve-model.js';
export { verifyModel } from './models/verify-model.js';
export type { DownloadProgress, ModelStoreOptions } from './models/store/model-store.js';
export type { CommandPart, HeardCommand, SpokenCommand } from './text/commands/spoken-command.js';
export {
  nothingWritten,
  standingFinals,
  writeEachFinal,
  writeFinal,
  writeFinals,
  type WritingOptions,
  type WritingState,
  type WrittenFinal,
} from './text/write-final.js';
export {
  loadMedicalLexicon,
  parseMedicalLexicon,
  type LexiconTerm,
  type TermKind,
} from './lexicon/medical-lexicon.js';
export { languageWords, pairsIn } from './lexicon/clinical-language.js';
export { loadConfusableDrugs, type ConfusableDrugs } from './lexicon/confusable-drugs.js';
export { placesOf } from './error-places.js';
export {
  checkKeyTerms,
  keyTermLimits,
  listKeyTerms,
  mergeKeyTerms,
  termsOfList,
  type CheckedKeyTerms,
  type KeyTerm,
  type KeyTermList,
  type LeftOutReason,
} from './key-terms.js';
export type { Lexicon } from './terms/key-term.js';
export { textReading } from './text/kept-meaning/text-reading.js';
