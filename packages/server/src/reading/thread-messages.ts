import type { KeyTermList } from '@auscult/asr/key-terms';
import type { VoskMessage } from '../compatibility/vosk/read-message.js';
import type { WhisperLiveOptions } from '../compatibility/whisper-live/read-options.js';
import type { AcceptedKeyTerms } from '../key-terms/accept-key-terms.js';
import type { SharedTermsFile, SharedTermsReading } from '../key-terms/read-shared-file.js';
import type { ClientEvent } from '../compatibility/openai-realtime/client-event.js';
import type { DeepgramMessage } from '../compatibility/deepgram/client-message.js';
import type { KeyTermsReading, MessageReading, SentKeyTerms } from './client-text.js';

/** Something to be read. */
export type ReadingTask =
  | { readonly kind: 'message'; readonly frame: Uint8Array }
  | { readonly kind: 'vosk-message'; readonly frame: Uint8Array }
  | { readonly kind: 'whisper-live-options'; readonly frame: Uint8Array }
  | { readonly kind: 'deepgram-message'; readonly frame: Uint8Array }
  | { readonly kind: 'realtime-event'; readonly frame: Uint8Array }
  | { readonly kind: 'key-terms'; readonly text: string }
  | {
      readonly kind: 'accept';
      readonly sent: SentKeyTerms;
      readonly shared: KeyTermList;
      readonly language: string;
    }
  | { readonly kind: 'shared-terms'; readonly file: SharedTermsFile };

/** The result of each kind of reading. */
export interface ReadingResults {
  readonly message: MessageReading;
  readonly 'vosk-message': VoskMessage;
  readonly 'whisper-live-options': WhisperLiveOptions;
  readonly 'deepgram-message': DeepgramMessage;
  readonly 'realtime-event': ClientEvent;
  readonly 'key-terms': KeyTermsReading;
  readonly accept: AcceptedKeyTerms;
  readonly 'shared-terms': SharedTermsReading;
}
