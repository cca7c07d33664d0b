import type { SettingsChange, SpeakerCorrections } from '@auscult/protocol';
import type { Action } from '../access/permissions.js';
import type { Asked } from '../compatibility/asked.js';
import type { SentKeyTerms } from '../reading/client-text.js';
import type { Problem, Reply } from './events.js';

/** What a client asks of its session, in whatever dialect. */
export type Command =
  | AudioCommand
  | ConfigureCommand
  /** Asks for the finals of all audio so far, and for the totals. The session goes on. */
  | { readonly kind: 'stop' }
  /** Like `stop`, but the session ends afterwards. */
  | { readonly kind: 'end' }
  /** Ends the utterance now. */
  | { readonly kind: 'finalize' }
  /** Corrects who speaks. */
  | IdentifyCommand
  /** Only tells that the client is there. */
  | { readonly kind: 'keepalive' }
  | Reply
  /** Several commands that came in one frame. */
  | { readonly kind: 'sequence'; readonly commands: readonly Command[] }
  /** Asks to resume a session; only valid as the first frame of a connection that was opened for it. */
  | { readonly kind: 'resume' }
  /** A frame that cannot be understood, and what is wrong with it. */
  | { readonly kind: 'unreadable'; readonly problem: Problem };

/** Audio in the encoding and channels of the session; `sampleRate` overrides the session's from here on. */
export interface AudioCommand {
  readonly kind: 'audio';
  readonly pcm: Uint8Array;
  readonly sampleRate: number | undefined;
}

/** Corrects who speaks in finals that were sent, and how the speakers are called. */
interface IdentifyCommand {
  readonly kind: 'identify';
  readonly corrections: SpeakerCorrections;
}

/** Sets the session up. */
export interface ConfigureCommand {
  readonly kind: 'configure';
  readonly change: SettingsChange;
  /**
   * Whether it may come after audio, too. If it changes how speech is heard, the utterance is then ended first, and the setup
   * counts from the next audio on; the number of channels has to stay. Key terms alone count from the next utterance on.
   */
  readonly midstream?: boolean;
  /** Replace those sent before; undefined leaves them as they are. */
  readonly keyterms: SentKeyTerms | undefined;
  /** The earlier session whose speakers go on in this one, if there is one. */
  readonly continues?: ContinuedSession | undefined;
  /** What a client of another service has asked for by now, if it differs from before. */
  readonly asked?: Asked;
}

/** A session of the client that cannot be resumed any more, and what proves that it was theirs. */
export interface ContinuedSession {
  readonly sessionId: string;
  /** Its resume token. */
  readonly token: string;
}

/** What a client that resumes its session asks for. */
export interface ResumeRequest {
  readonly sessionId: string;
  readonly token: string;
  /** The `sequence` of the first final that it has not received, for each channel. */
  readonly next: readonly number[];
}

/** The action of each command: a row of the table of permissions. */
export const commandActions: Readonly<Record<Exclude<Command['kind'], 'unreadable' | 'sequence'>, Action>> = {
  audio: 'live.speak',
  configure: 'live.speak',
  stop: 'live.speak',
  end: 'live.speak',
  finalize: 'live.speak',
  identify: 'live.speak',
  keepalive: 'live.speak',
  reply: 'live.speak',
  resume: 'live.resume',
};
