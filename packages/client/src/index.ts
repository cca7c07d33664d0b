export type { Level } from './audio/intake.js';
export { TranscriberError, type Problem, type ProblemCode } from './problem.js';
export { listMicrophones, type Microphone } from './sources/microphone.js';
export { nameSpeakers, type NameOf, type SpeakerWords } from '@auscult/protocol/names';
export { turnsOf, type Turn } from './speakers/turns.js';
export type { SpeakersUpdate, TranscriberEvents } from './transcriber-events.js';
export type { TranscriberState } from './transcriber-state.js';
export { createTranscriber, type Transcriber } from './transcriber.js';
export type {
  KeyTerm,
  MicrophoneOptions,
  PcmFormat,
  Source,
  TranscriberOptions,
  WebSocketConstructor,
  WebSocketLike,
} from './transcriber-options.js';
export { textOfSegments } from './transcript.js';
export type { DroppedWords, RecordedFinal, Segment, SpokenCommand, Transcript } from './transcript.js';
export type { KnownSpeaker, SpeakerCorrections, SpeakerRole, Word, WordAlternative } from '@auscult/protocol';
