import { WebSocket } from 'ws';
import { createTranscriber as createAnywhere, type Transcriber } from './transcriber.js';
import type { TranscriberOptions, WebSocketConstructor } from './transcriber-options.js';

export {
  listMicrophones,
  nameSpeakers,
  textOfSegments,
  TranscriberError,
  turnsOf,
  type DroppedWords,
  type KeyTerm,
  type KnownSpeaker,
  type Level,
  type Microphone,
  type MicrophoneOptions,
  type NameOf,
  type PcmFormat,
  type Problem,
  type ProblemCode,
  type RecordedFinal,
  type Segment,
  type Source,
  type SpeakerCorrections,
  type SpeakerRole,
  type SpeakerWords,
  type SpeakersUpdate,
  type SpokenCommand,
  type Transcriber,
  type TranscriberEvents,
  type TranscriberOptions,
  type TranscriberState,
  type Transcript,
  type Turn,
  type WebSocketConstructor,
  type WebSocketLike,
  type Word,
  type WordAlternative,
} from './index.js';

/** As in browsers, with a WebSocket where Node has none. */
export function createTranscriber(options: TranscriberOptions = {}): Transcriber {
  const global = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  return createAnywhere({ ...options, webSocket: options.webSocket ?? global ?? WebSocket });
}
