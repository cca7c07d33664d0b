import type { KeyTermList, Recognizer } from '@auscult/asr';
import type { SessionSettings, WarningMessage } from '@auscult/protocol';
import type { Authentication } from '../access/authentication.js';
import type { Identity } from '../access/identity.js';
import type { Asked } from '../compatibility/asked.js';
import type { SentKeyTerms } from '../reading/client-text.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { DialectSession } from './dialect.js';
import type { ResumeToken } from './resume-token.js';
import type { SessionPast } from './session-past.js';
import type { SessionVoices } from './session-voices.js';

/** A session that has been admitted: who holds it, its settings, its record and its recognizer. */
export interface AdmittedSession {
  readonly id: string;
  readonly identity: Identity;
  /** The credential with which it was opened here; undefined if it comes from another process, until its client resumes it. */
  readonly openedBy: Authentication | undefined;
  /** Remote address of the client that opened it. */
  readonly from: string;
  /** The trace that it is part of, from a trusted proxy or another process; undefined if it begins one. */
  readonly traceparent?: string | undefined;
  /** The name that the client program gives itself, if any. */
  readonly client: string | undefined;
  readonly dialect: DialectSession;
  /** See `Dialect.name`. */
  readonly dialectName: string;
  /** The settings that it begins with. */
  readonly settings: SessionSettings;
  /** Key terms of the server and of the tenant of whoever speaks. */
  readonly sharedTerms: KeyTermList;
  /** The key terms that the client sent with its request for a connection. */
  readonly sentTerms: SentKeyTerms;
  /** Both together. */
  readonly keyTerms: KeyTermList;
  /** What the client should know about its terms. */
  readonly termWarnings: readonly WarningMessage[];
  /** Whether a dictated command may take back finals that were sent. */
  readonly takesBack: boolean;
  /** What else a client of another service asked for. */
  readonly asked: Asked | undefined;
  /** Headers of the answer to the handshake. */
  readonly headers: Readonly<Record<string, string>>;
  readonly writer: SessionRecordWriter;
  readonly voices: SessionVoices;
  readonly recognizer: Recognizer;
  /** The recognizer of the second pass; often the same. */
  readonly refiner: Recognizer;
  /** Proves that a client may resume it. */
  readonly token: ResumeToken;
  /** How far it had come elsewhere; undefined if it begins here. */
  readonly past?: SessionPast;
}
