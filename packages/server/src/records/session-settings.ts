import type { IncomingMessage } from 'node:http';
import { keyTerm, lexicon } from '@auscult/protocol';
import { z } from 'zod';
import type { SentKeyTerms } from '../reading/client-text.js';
import { open, seal, type SealedPlace } from './seal.js';

/** What a session was set up with, besides what is searched by. Encrypted: key terms can name a patient. */
export const recordedSettings = z.object({
  writtenForm: z.boolean(),
  dictationCommands: z.boolean(),
  /** Encoding of live audio. */
  encoding: z.string().optional(),
  /** Whether a live session was to be read again. */
  refine: z.boolean().optional(),
  /** What ends an utterance of a live session. */
  endpointing: z.object({ silenceMs: z.number(), maxUtteranceSeconds: z.number() }).optional(),
  /** How often a recording was heard. */
  hearings: z.int().optional(),
  /** Terms that the client sent; those of the server and the tenant are not among them. */
  keyTerms: z.array(keyTerm),
  lexicon: lexicon.optional(),
  /** What the program calls itself in `User-Agent`. */
  client: z.string().optional(),
});
export type RecordedSettings = Readonly<z.output<typeof recordedSettings>>;

/** Names of programs are short; what is longer is cut. */
const LONGEST_CLIENT = 200;

/** What the program that makes a request calls itself, if it does. */
export function clientOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  return headers['user-agent']?.slice(0, LONGEST_CLIENT);
}

/** The same as they are written: key terms in one piece. */
interface WrittenSettings extends Omit<RecordedSettings, 'keyTerms'> {
  readonly keyTerms: SentKeyTerms;
}

/** What a session turns out to be. */
export interface SessionDescription {
  readonly language: string;
  readonly channels: number;
  readonly task: string;
  /** Of the audio as it is sent; undefined where it is not known. */
  readonly sampleRate: number | undefined;
  /** Undefined before they hold. */
  readonly settings: WrittenSettings | undefined;
}

/** The columns that hold a description. */
export function descriptionColumns(
  dataKey: Uint8Array,
  sessionId: string,
  { language, channels, task, sampleRate, settings }: SessionDescription,
) {
  const plain = settings && Buffer.from(jsonOf(settings));
  return {
    language,
    channels,
    task,
    sample_rate: sampleRate ?? null,
    settings: plain === undefined ? null : seal(dataKey, plain, placeOf(sessionId)),
  };
}

function jsonOf({ keyTerms, ...others }: WrittenSettings): string {
  return `{"keyTerms":${keyTerms.json},${JSON.stringify(others).slice(1)}`;
}

/** Throws `record_damaged` if they are not what was sealed for that session. */
export function openSettings(dataKey: Uint8Array, sealed: Buffer, sessionId: string): RecordedSettings {
  return recordedSettings.parse(JSON.parse(open(dataKey, sealed, placeOf(sessionId)).toString()));
}

function placeOf(sessionId: string): SealedPlace {
  return ['sessions', sessionId, 'settings'];
}
