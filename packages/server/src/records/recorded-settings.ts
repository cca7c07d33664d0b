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
import type { Asked } from '../compatibility/asked.js';
import type { SentKeyTerms } from '../reading/client-text.js';
import { open, seal, type SealedPlace } from './seal.js';
import { withoutBounds } from './without-bounds.js';

/** Settings that are kept encrypted, together with the key terms. */
type Sealed = SettingsWith<{ readonly kept: 'sealed' }>;
type SealedAlways = SettingsWith<{ readonly kept: 'sealed-always' }>;

/** A setting as it is kept: one that can be `off` only as whether it was on. */
type Kept<Name extends Sealed | SealedAlways> = 'off' extends RecognitionSettings[Name]
  ? boolean
  : RecognitionSettings[Name];

/** The settings of a session that it is not searched by. Encrypted, since key terms can name a patient. */
export const recordedSettings = z.object({
  ...(Object.fromEntries(settingNames.filter(isSealed).map((name) => [name, keptForm(name)])) as {
    readonly [Name in SealedAlways]: z.ZodType<Kept<Name>>;
  } & { readonly [Name in Sealed]: z.ZodOptional<z.ZodType<Kept<Name>>> }),
  /** Terms that the client sent, without those of the server and the tenant. */
  keyTerms: z.array(keyTerm),
  /** The program's name, from `User-Agent`. */
  client: z.string().optional(),
  /** Set if the client was written for another service. */
  asked: z
    .object({
      service: z.string().meta({ description: 'The service that the client was written for.' }),
      model: z.string().optional().meta({ description: 'The model, by the name that the client gave it.' }),
      warnings: z
        .array(z.object({ parameter: z.string(), reason: z.string() }))
        .meta({ description: 'What was not done as it was asked for.' }),
    })
    .optional(),
});
type RecordedSettings = Readonly<z.output<typeof recordedSettings>>;

function isSealed(name: SettingName): name is Sealed | SealedAlways {
  return declarationOf(name).kept?.startsWith('sealed') === true;
}

/** The schema of a kept setting. Optional unless it has always been kept: older records do not have it. */
function keptForm(name: Sealed | SealedAlways): z.ZodType {
  const { value, kept } = declarationOf(name);
  const form = canBeOff(value) ? z.boolean() : withoutBounds(value);
  return (kept === 'sealed-always' ? form : form.optional()).meta({ ...value.meta() });
}

function canBeOff(value: z.ZodType): boolean {
  return value instanceof z.ZodEnum && value.options.includes('off');
}

/** Longer names of programs are cut, characters. */
const LONGEST_CLIENT = 200;

/** The name that a requesting program gives itself, if any. */
export function clientOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  return headers['user-agent']?.slice(0, LONGEST_CLIENT);
}

/** Recorded settings before they are sealed; their key terms are already in JSON. */
interface WrittenSettings extends Omit<RecordedSettings, 'keyTerms'> {
  readonly keyTerms: SentKeyTerms;
}

/** The part of a session's row that describes how it is held, as far as that is known. */
export interface SessionDescription {
  readonly language: string;
  readonly channels: number;
  readonly task: string;
  /** Sample rate of the audio as it is sent; undefined if it is not known. */
  readonly sampleRate: number | undefined;
  /** Undefined until the settings are fixed. */
  readonly settings: WrittenSettings | undefined;
}

/** The settings with which a session was held or a recording was transcribed. */
type DescribedSettings = Pick<RecognitionSettings, 'language' | 'task' | SealedAlways> &
  Partial<Omit<RecognitionSettings, 'channels'>> & { readonly channels: number };

/** What is noted of a client beside the settings. */
interface DescribedClient {
  readonly keyTerms: SentKeyTerms;
  readonly client: string | undefined;
  readonly asked?: Asked | undefined;
}

/** The description of a session with these settings. */
export function describedBy(
  settings: DescribedSettings,
  { keyTerms, client, asked }: DescribedClient,
): SessionDescription {
  const { language, channels, task, sampleRate } = settings;
  const sealed = settingNames.filter(isSealed).flatMap((name) => {
    const value = settings[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
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
      ...(asked === undefined ? {} : { asked: { ...asked, warnings: [...asked.warnings] } }),
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

/** Settings in the text that was sealed: thousands of key terms are passed on without parsing them. */
export interface StoredSettings {
  /** `RecordedSettings`, in JSON. */
  readonly json: string;
}

/** Opens sealed settings. Throws `record_damaged` if they are not what was sealed for that session. */
export function openSettings(dataKey: Uint8Array, sealed: Buffer, sessionId: string): StoredSettings {
  return { json: open(dataKey, sealed, placeOf(sessionId)).toString() };
}

function placeOf(sessionId: string): SealedPlace {
  return ['sessions', sessionId, 'settings'];
}
