import type { IncomingMessage } from 'node:http';
import {
  declarationOf,
  keyTerm,
  settingNames,
  type RecognitionSettings,
  type SettingName,
  type SettingsWith,
} from '@auscult/protocol';
import { z } from 'zod';
import type { SentKeyTerms } from '../reading/client-text.js';
import { open, seal, type SealedPlace } from './seal.js';
import { withoutBounds } from './without-bounds.js';

/** Settings that are kept sealed: key terms can name a patient, and what goes with them may do so. */
type Sealed = SettingsWith<{ readonly kept: 'sealed' }>;
type SealedAlways = SettingsWith<{ readonly kept: 'sealed-always' }>;

/** What can be `off` is kept as whether it was not. */
type Kept<Name extends Sealed | SealedAlways> = 'off' extends RecognitionSettings[Name]
  ? boolean
  : RecognitionSettings[Name];

/** What a session was set up with, besides what is searched by. Encrypted: key terms can name a patient. */
export const recordedSettings = z.object({
  ...(Object.fromEntries(settingNames.filter(isSealed).map((name) => [name, keptForm(name)])) as {
    readonly [Name in SealedAlways]: z.ZodType<Kept<Name>>;
  } & { readonly [Name in Sealed]: z.ZodOptional<z.ZodType<Kept<Name>>> }),
  /** Terms that the client sent; those of the server and the tenant are not among them. */
  keyTerms: z.array(keyTerm),
  /** What the program calls itself in `User-Agent`. */
  client: z.string().optional(),
});
type RecordedSettings = Readonly<z.output<typeof recordedSettings>>;

function isSealed(name: SettingName): name is Sealed | SealedAlways {
  return declarationOf(name).kept?.startsWith('sealed') === true;
}

/** Settings that came later are not in what was sealed before. */
function keptForm(name: Sealed | SealedAlways): z.ZodType {
  const { value, kept } = declarationOf(name);
  const form = canBeOff(value) ? z.boolean() : withoutBounds(value);
  return (kept === 'sealed-always' ? form : form.optional()).meta({ ...value.meta() });
}

function canBeOff(value: z.ZodType): boolean {
  return value instanceof z.ZodEnum && value.options.includes('off');
}

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

/** How a session was held, or a recording heard. */
type DescribedSettings = Pick<RecognitionSettings, 'language' | 'task' | SealedAlways> &
  Partial<Omit<RecognitionSettings, 'channels'>> & { readonly channels: number };

/** What the record says of a session with these settings. */
export function describedBy(
  settings: DescribedSettings,
  { keyTerms, client }: { readonly keyTerms: SentKeyTerms; readonly client: string | undefined },
): SessionDescription {
  const { language, channels, task, sampleRate } = settings;
  const sealed = settingNames.filter(isSealed).flatMap((name) => {
    const value = settings[name];
    if (value === undefined) return [];
    return [[name, canBeOff(declarationOf(name).value) ? value !== 'off' : value]];
  });
  return {
    language,
    channels,
    task,
    sampleRate,
    settings: {
      ...(Object.fromEntries(sealed) as Omit<RecordedSettings, 'keyTerms' | 'client'>),
      keyTerms,
      ...(client === undefined ? {} : { client }),
    },
  };
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

/** Settings as they were sealed: thousands of key terms are handed on, and not taken apart. */
export interface StoredSettings {
  /** `RecordedSettings`, in JSON. */
  readonly json: string;
}

/** Throws `record_damaged` if they are not what was sealed for that session. */
export function openSettings(dataKey: Uint8Array, sealed: Buffer, sessionId: string): StoredSettings {
  return { json: open(dataKey, sealed, placeOf(sessionId)).toString() };
}

function placeOf(sessionId: string): SealedPlace {
  return ['sessions', sessionId, 'settings'];
}
