import type { KeyTermList, Recognizer } from '@auscult/asr';
import type { RecordingSettings, TranscriptionTask, VoiceCommand } from '@auscult/protocol';
import type { Ownership } from '../access/identity.js';
import type { ErrorDescription } from '../errors.js';
import type { Transcript } from '../transcripts/transcript.js';
import type { RecordingSource } from './recording-source.js';
import type { ChannelFinal, SourceOptions, TranscribedSource } from './transcribe-source.js';

/** How far a transcription has come. */
export type TranscriptionStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** The state of the transcription of a whole recording, or of a session's audio. */
export interface Transcription {
  readonly id: string;
  readonly ownership: Ownership;
  readonly origin: RecordingSource['origin'];
  /** The live session that it comes from, if any. */
  readonly sessionId: string | undefined;
  readonly status: TranscriptionStatus;
  /** 0 to 1. */
  readonly progress: number;
  /** Seconds; undefined as long as it is not known. */
  readonly audioSeconds: number | undefined;
  readonly model: string;
  readonly language: string;
  readonly task: TranscriptionTask;
  /** Whether the words with their times are wanted in the result. */
  readonly words: boolean;
  /** Whether the recording is cut or damaged, so that the text covers only what could be read. */
  readonly damaged: boolean;
  /** How often words of an utterance were heard and not kept. */
  readonly dropped: number;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  /** When a transcription that has ended is forgotten. */
  readonly expiresAt: Date | undefined;
  /** Why there is no result, for one that failed or was cancelled. */
  readonly error: ErrorDescription | undefined;
  /** Present as soon as it is done. */
  readonly transcript: Transcript | undefined;
}

/** What to do with a source. */
export interface TranscriptionOrder {
  /** A random name. */
  readonly id: string;
  readonly recognizer: Recognizer;
  readonly ownership: Ownership;
  readonly settings: RecordingSettings;
  readonly keyTerms: KeyTermList;
  /** Phrases that are no text if they are said by themselves; none by default. */
  readonly commands?: readonly VoiceCommand[] | undefined;
  /**
   * Whether somebody waits for the text of an utterance: it begins at once, however many others are running, and is heard as
   * live speech is. By default it is heard in its turn, after all live speech.
   */
  readonly isUrgent?: boolean;
  /**
   * Called for each final as soon as it is there, and awaited before the next; without it, or where later speech may still
   * change what finals say, all of them come with the result. If it rejects, the transcription fails.
   */
  readonly onFinal?: (final: ChannelFinal) => Promise<void>;
  /**
   * Keeps the result, and resolves with what was kept. Nobody sees it before this resolves; if it rejects, the transcription
   * fails.
   */
  readonly keep: (transcribed: TranscribedSource) => Promise<TranscribedSource>;
  /** What was heard of each channel before, by whoever began the transcription. */
  readonly progressOf?: SourceOptions['progressOf'];
  /** Called once, when it is done, failed or cancelled. */
  readonly onEnd?: (transcription: Transcription) => void;
}
