import type { KeyTermList, Recognizer } from '@auscult/asr';
import type { SessionSettings } from '@auscult/protocol';
import type { Authentication } from '../access/authentication.js';
import type { Identity } from '../access/identity.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { DialectSession } from './dialect.js';
import type { ResumeToken } from './resume-token.js';

/** A session that has been let in: who holds it, how it begins, where it is recorded and what it is heard with. */
export interface AdmittedSession {
  readonly id: string;
  readonly identity: Identity;
  readonly openedBy: Authentication;
  /** What the program calls itself, if it does. */
  readonly client: string | undefined;
  readonly dialect: DialectSession;
  /** What it begins with. */
  readonly settings: SessionSettings;
  /** Key terms of the server and of the tenant of whoever speaks. */
  readonly sharedTerms: KeyTermList;
  readonly writer: SessionRecordWriter;
  readonly recognizer: Recognizer;
  /** Reads the session again; often the same. */
  readonly refiner: Recognizer;
  /** What proves that a client may go on with it. */
  readonly token: ResumeToken;
}
