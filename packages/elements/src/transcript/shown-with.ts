import type { KnownSpeaker, NameOf } from '@auscult/client';
import type { TranscriptMessages } from './messages/en-transcript.js';

/** What lines and speakers are shown with. */
export interface ShownWith {
  readonly messages: TranscriptMessages;
  readonly people: readonly KnownSpeaker[];
  readonly nameOf: NameOf;
}
