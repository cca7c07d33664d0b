export { allowedValues, type JsonSchema } from './allowed-values.js';
export { applyConfigure, type SettingsChange } from './apply-configure.js';
export {
  audioEncoding,
  blockBytes,
  channelCount,
  holdsSamples,
  type AudioEncoding,
  type AudioLayout,
  type ChannelCount,
  type SampleEncoding,
  type SampleLayout,
} from './audio-format.js';
export { boundedList } from './bounded-list.js';
export { checkAudioLength } from './check-audio-length.js';
export {
  audioMessage,
  clientMessages,
  configureMessage,
  finalizeMessage,
  keepaliveMessage,
  resumeMessage,
  stopMessage,
  type AudioMessage,
  type ClientMessage,
  type ClientMessageType,
  type ConfigureMessage,
  type FinalizeMessage,
  type KeepaliveMessage,
  type ResumeMessage,
  type IdentifyMessage,
  type StopMessage,
} from './client-messages.js';
export * from './codes.js';
export type { VoiceCommand } from './commands.js';
export { decodeBase64 } from './decode-base64.js';
export {
  describeError,
  describeWarning,
  type ErrorDetails,
  type Explanation,
  type WarningDetails,
} from './describe-error.js';
export { detailsOfIssue, type IssueDetails } from './issue-details.js';
export { keyTerm, keyTermList, lexicon, type KeyTerm, type Lexicon } from './key-terms.js';
export { PROTOCOL, protocolLimits } from './limits.js';
export { nameSpeakers, type NameOf, type SpeakerWords } from './names.js';
export { isNestedDeeper, MOST_NESTED } from './nesting.js';
export { partsOfPhrase, saidForm, type PhrasePart } from './phrase-parts.js';
export {
  parseClientMessage,
  type DecodedAudioMessage,
  type ParsedClientMessage,
  type ParseResult,
} from './parse-client-message.js';
export {
  declarationOf,
  endpointing,
  initialSettings,
  isSwitch,
  onOrOff,
  plainSettings,
  recognitionSettings,
  recordingSettings,
  sessionSettings,
  settingNames,
  transcriptionTask,
  type RecognitionSettings,
  type RecordingSettings,
  type SessionSettings,
  type SettingName,
  type SettingsWith,
  type Switch,
  type TranscriptionTask,
} from './recognition-settings.js';
export {
  acknowledgedMessage,
  commandMessage,
  connectionMessage,
  droppedMessage,
  errorMessage,
  readyMessage,
  refinedMessage,
  resumedMessage,
  serverMessages,
  speakersMessage,
  speechMessage,
  stoppedMessage,
  transcriptionMessage,
  warningMessage,
  type AcknowledgedMessage,
  type CommandMessage,
  type ConnectionMessage,
  type DroppedMessage,
  type ErrorMessage,
  type ReadyMessage,
  type RefinedMessage,
  type ResumedMessage,
  type ServerMessage,
  type ServerMessageType,
  type SpeakersMessage,
  type SpeechMessage,
  type StoppedMessage,
  type TranscriptionMessage,
  type WarningMessage,
} from './server-messages.js';
export {
  knownSpeaker,
  speakerAssignment,
  speakerConfidence,
  speakerCorrections,
  speakerCount,
  speakerNumber,
  speakerRevision,
  speakerRole,
  wordRange,
  type KnownSpeaker,
  type SpeakerAssignment,
  type SpeakerCorrections,
  type SpeakerCount,
  type SpeakerRevision,
  type SpeakerRole,
} from './speakers.js';
export { word, type Word, type WordAlternative } from './word.js';
