import type { Word } from '@auscult/client';
import { posting, type Answer } from '../../page/server/ask.js';
import { withQuery, type Server } from '../server/server.js';

/** What is known of a session without its text. */
export interface SessionSummary {
  readonly id: string;
  readonly kind: 'live' | 'upload';
  readonly owner: string;
  /** The name of the person or key, where they still exist. */
  readonly ownerName?: string;
  readonly groups: readonly string[];
  readonly model: string;
  readonly language: string;
  readonly channels: number;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly finals: number;
  readonly audioSeconds: number;
  readonly missingSeconds?: number;
  readonly held: boolean;
  readonly state?: SessionState;
}

export const SESSION_STATES = ['open', 'ended', 'interrupted'] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** What sessions are searched by; what is missing or empty does not matter. */
export interface SessionSearch {
  readonly owner?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly language?: string;
  readonly state?: string;
  readonly held?: string;
  readonly from?: string;
  readonly to?: string;
  readonly order?: string;
}

export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  /** For the page after this one. */
  readonly next?: string;
}

/** A final as it was recognised, or as somebody has corrected it. */
export interface FinalVersion {
  readonly version: number;
  readonly text: string;
  readonly spoken?: string;
  readonly start: number;
  readonly end: number;
  readonly channel: number;
  readonly speaker?: number;
  readonly words: readonly Word[];
  readonly writtenAt: string;
  readonly writtenBy?: string;
}

export interface Final {
  readonly place: number;
  /** The newest last. */
  readonly versions: readonly FinalVersion[];
}

/** Which of the passes over a session a text is from. */
export type Reading = 'live' | 'refined';

/** A session with everything that was said in it. */
export interface SessionRecord extends SessionSummary {
  readonly speakers: readonly {
    readonly speaker: number;
    readonly name?: string;
    readonly role?: string;
  }[];
  readonly segments: readonly Final[];
  readonly takenBack: readonly (Final & { readonly takenBackAt?: string })[];
  readonly refined: readonly {
    readonly start: number;
    readonly end: number;
    readonly segments: readonly Final[];
  }[];
  /** False if something other than a server has changed the record. */
  readonly isWhole: boolean;
  /** The audio that is kept, by channel. */
  readonly audio?: readonly { readonly channel: number; readonly seconds: number }[];
}

export const EXPORT_FORMATS = ['text', 'json', 'srt', 'vtt', 'fhir'] as const;
export type RecordFormat = (typeof EXPORT_FORMATS)[number];

const PATH = 'api/v1/sessions';

/** A page of sessions. */
export function findSessions(
  { ask }: Server,
  search: SessionSearch,
  after: string | undefined,
): Promise<Answer<SessionPage>> {
  return ask(withQuery(PATH, { ...search, after }));
}

/** A session with its text; `damaged` shows also what is left of one that was changed from outside. */
export function readSession(
  { ask }: Server,
  id: string,
  damaged: 'refuse' | 'show',
): Promise<Answer<SessionRecord>> {
  return ask(withQuery(pathOf(id), damaged === 'show' ? { damaged } : {}));
}

/** Adds a version to a final, after the one that was corrected. */
export function correctFinal(
  { ask }: Server,
  id: string,
  {
    place,
    ...body
  }: {
    readonly place: number;
    readonly reading: Reading;
    readonly version: number;
    readonly text: string;
  },
): Promise<Answer<FinalVersion>> {
  return ask(`${pathOf(id)}/segments/${String(place)}/versions`, posting(body));
}

/** Puts a session under legal hold, or releases it. */
export function holdSession({ ask }: Server, id: string, held: boolean): Promise<Answer<unknown>> {
  return ask(`${pathOf(id)}/hold`, { method: held ? 'PUT' : 'DELETE' });
}

/** Destroys a session and its key. */
export function deleteSession({ ask }: Server, id: string): Promise<Answer<unknown>> {
  return ask(pathOf(id), { method: 'DELETE' });
}

/** Opens a session of somebody else in an emergency. */
export function breakGlass(
  { ask }: Server,
  record: string,
  reason: string,
): Promise<Answer<{ readonly record: string; readonly until: string }>> {
  return ask('api/v1/break-glass', posting({ record, reason }));
}

/** Where a session is as a file. */
export function exportPath(id: string, format: RecordFormat, damaged: 'refuse' | 'show'): string {
  return withQuery(`${pathOf(id)}/export`, { format, damaged: damaged === 'show' ? damaged : undefined });
}

/** Where the kept audio of a channel is. */
export function audioPath(id: string, channel: number): string {
  return withQuery(`${pathOf(id)}/audio`, { channel });
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
