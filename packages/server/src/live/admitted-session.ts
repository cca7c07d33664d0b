import type { KeyTermList, Recognizer } from '@auscult/asr';
import type { SessionSettings } from '@auscult/protocol';
import type { Authentication } from '../access/authentication.js';
import type { Identity } from '../access/identity.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { DialectSession } from './dialect.js';
import type { ResumeToken } from './resume-token.js';

/** A session that has been admitted: who holds it, its settings, its record and its recognizer. */
export interface AdmittedSession {
  readonly id: string;
  readonly identity: Identity;
  readonly openedBy: Authentication;
  /** The name that the client program gives itself, if any. */
  readonly client: string | undefined;
  readonly dialect: DialectSession;
  /** The settings that it begins with. */
  readonly settings: SessionSettings;
  /** Key terms of the server and of the tenant of whoever speaks. */
  readonly sharedTerms: KeyTermList;
  readonly writer: SessionRecordWriter;
  readonly recognizer: Recognizer;
  /** The recognizer of the second pass; often the same. */
  readonly refiner: Recognizer;
  /** Proves that a client may resume it. */
  readonly token: ResumeToken;
}
