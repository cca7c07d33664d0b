import type { WritingState } from '@auscult/asr';
import type { SessionSettings } from '@auscult/protocol';
import type { Identity } from '../access/identity.js';
import type { Asked } from '../compatibility/asked.js';
import type { SentKeyTerms } from '../reading/client-text.js';

/**
 * Everything that a session needs to go on in another process, besides its audio and its record. Plain JSON; it holds key terms,
 * so it is kept only sealed with the key of the session.
 */
export interface SessionSnapshot {
  /** Version of this shape. A snapshot of another version is not understood. */
  readonly version: typeof SNAPSHOT_VERSION;
  readonly sessionId: string;
  /** Who holds the session. */
  readonly identity: Identity;
  /** Remote address, for the audit log. */
  readonly from: string | undefined;
  /** The W3C `traceparent` of its trace, if it is traced. */
  readonly traceparent?: string | undefined;
  /** The name that the client program gives itself, if any. */
  readonly client: string | undefined;
  readonly dialect: DialectSnapshot;
  readonly settings: SessionSettings;
  /** The key terms that the client sent. */
  readonly sentTerms: SentKeyTerms;
  /** Whether a dictated command may take back finals that were sent. */
  readonly takesBack: boolean;
  readonly asked: Asked | undefined;
  /** SHA-256 of the resume token, in hexadecimal. */
  readonly tokenDigest: string;
  readonly received: ReceivedAudio;
  readonly channels: readonly ChannelSnapshot[];
  /** Audio whose recognition failed for good so far, all channels together, seconds. */
  readonly lostSeconds: number;
}

export const SNAPSHOT_VERSION = 1;

/** The dialect of a session. */
interface DialectSnapshot {
  /** See `Dialect.name`. */
  readonly name: string;
  /** Whether its client could come back when the snapshot was taken. If not, nobody will. */
  readonly isResumable: boolean;
}

/**
 * What was taken, as the client counts it: samples of each channel, bytes of a container or packets of Opus. At a constant sample
 * rate, the sample at 16 kHz with number n is the one that the client counts as
 * `count` + (n / 16,000 - `seconds`) · `sampleRate`.
 */
export interface ReceivedAudio {
  /** What had been taken when the sample rate last changed. */
  readonly count: number;
  /** Where that is on the clock of the session, seconds. */
  readonly seconds: number;
  /** Samples a second since then; undefined if audio has to be decoded, so that no place in it can be told. */
  readonly sampleRate: number | undefined;
}

/** How far a channel has come. */
interface ChannelSnapshot {
  /** The `sequence` of its next final, if all finals in the record were counted. */
  readonly nextSequence: number;
  /** What the writing of its next final depends on. */
  readonly writing: WritingState;
}
