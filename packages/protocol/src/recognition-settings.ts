import { z } from 'zod';
import { audioEncoding, channelCount } from './audio-format.js';
import { lexicon } from './key-terms.js';
import { protocolLimits } from './limits.js';

/** When an utterance ends. */
export const endpointing = z.strictObject({
  silenceMs: z
    .int()
    .min(protocolLimits.silenceMs.min)
    .max(protocolLimits.silenceMs.max)
    .meta({ description: 'Silence that ends an utterance, milliseconds.' }),
  maxUtteranceSeconds: z
    .number()
    .min(protocolLimits.maxUtteranceSeconds.min)
    .max(protocolLimits.maxUtteranceSeconds.max)
    .meta({ description: 'The longest utterance before it is cut at its quietest place, seconds.' }),
});

/** What is made of speech: its text, or English text of what was said in another language. */
export const transcriptionTask = z.enum(['transcribe', 'translate']);
export type TranscriptionTask = z.infer<typeof transcriptionTask>;

/** Whether a session that has stopped is read again as a whole, for a better text beside the live one. */
const refineMode = z.enum(['off', 'on-stop']);

/** Whether something is done. */
export const onOrOff = z.enum(['off', 'on']);

/** What is to be known of a setting, besides its name, for it to reach the recognizer and the record from everywhere. */
interface Declaration {
  /** What it takes in JSON, with its meaning in `description`. */
  readonly value: z.ZodType;
  /** What acts on it: recognition, the writing of what was recognised, or the session around both. */
  readonly concerns: 'hearing' | 'writing' | 'session';
  /** What it can be asked for: live sessions by `configure`, whole recordings by a field of the upload. */
  readonly askedOf: 'sessions' | 'recordings' | 'both';
  /** What holds where nobody asks. Without it, that is as the operator has set the server. */
  readonly initial?: unknown;
  /**
   * The operator of a server sets it for those who ask for nothing, under the same name in the configuration; `note` is
   * what there is to know of it there. On the command line it is a flag of `serve`, and of `transcribe` where it can be
   * asked of recordings.
   */
  readonly operator?: { readonly default: unknown; readonly note?: string };
  /** What holds for clients that know nothing of it, as they did not opt in, instead of what the operator has set. */
  readonly unlessOptedIn?: unknown;
  /**
   * Where the record of a session keeps it: in a column that sessions are found by, or sealed with all that may tell of
   * a patient; `sealed-always` has been there since the first record. What only says what is sent is not kept.
   */
  readonly kept?: 'column' | 'sealed' | 'sealed-always';
}

/**
 * How speech is to be heard and written: every setting of a session and of a recording, and the only place where one is
 * declared. Key terms are the exception, since they are a list and not a value: see `keyTermList`.
 */
export const recognitionSettings = {
  sampleRate: {
    value: z.int().min(protocolLimits.sampleRate.min).max(protocolLimits.sampleRate.max).meta({
      description: 'Samples a second of binary frames, and of `audio` messages that name no rate.',
    }),
    concerns: 'hearing',
    askedOf: 'sessions',
    initial: 16_000,
    kept: 'column',
  },
  encoding: {
    value: audioEncoding.meta({
      description: 'How a sample is written: 16-bit integers or 32-bit floats, little-endian.',
    }),
    concerns: 'hearing',
    askedOf: 'sessions',
    initial: 's16le',
    kept: 'sealed',
  },
  channels: {
    value: channelCount.meta({
      description: 'Channels of the audio, interleaved. Each is a transcription of its own.',
    }),
    concerns: 'session',
    askedOf: 'sessions',
    initial: 1,
    kept: 'column',
  },
  partials: {
    value: z.boolean().meta({ description: 'Whether partial hypotheses are sent.' }),
    concerns: 'hearing',
    askedOf: 'sessions',
    initial: true,
    unlessOptedIn: false,
  },
  words: {
    value: z.boolean().meta({
      description: 'Whether final text comes with its words, their times and confidences.',
    }),
    concerns: 'session',
    askedOf: 'both',
    initial: false,
  },
  language: {
    value: z.string().min(2).max(35).meta({
      description: 'Language of the speech, a BCP 47 tag such as `en`, or `auto` for a model that can tell.',
    }),
    concerns: 'hearing',
    askedOf: 'both',
    operator: { default: 'en' },
    kept: 'column',
  },
  task: {
    value: transcriptionTask.meta({
      description: 'Text in the language of the speech, or in English where the model can translate.',
    }),
    concerns: 'hearing',
    askedOf: 'both',
    operator: { default: 'transcribe' },
    kept: 'column',
  },
  refine: {
    value: refineMode.meta({
      description:
        'Whether a session is read again as a whole after `stop`, for a better text beside the live one: the message `refined`.',
    }),
    concerns: 'session',
    askedOf: 'sessions',
    operator: { default: 'off' },
    kept: 'sealed',
  },
  writtenForm: {
    value: onOrOff.meta({
      description:
        'Whether final text in English is written as a person writes it, such as `25 mg` for `twenty five milligrams`.',
    }),
    concerns: 'writing',
    askedOf: 'both',
    operator: { default: 'off', note: 'It is off for those that did not opt in.' },
    unlessOptedIn: 'off',
    kept: 'sealed-always',
  },
  dictationCommands: {
    value: onOrOff.meta({
      description:
        'Whether `comma`, `new paragraph`, `scratch that` and the like are carried out in final text in English, ' +
        'where they are a phrase of their own.',
    }),
    concerns: 'writing',
    askedOf: 'both',
    operator: { default: 'off', note: 'It is off for those that did not opt in.' },
    unlessOptedIn: 'off',
    kept: 'sealed-always',
  },
  lexicon: {
    value: lexicon.meta({
      description:
        'Whether the terms of medicine that ship with the server are listened for, in English that is not translated.',
    }),
    concerns: 'hearing',
    askedOf: 'both',
    operator: { default: 'medical', note: 'With `none` here none of them gets the terms.' },
    kept: 'sealed',
  },
  /** The configuration has a setting for each of its parts. */
  endpointing: {
    value: endpointing.meta({ description: 'When an utterance ends.' }),
    concerns: 'hearing',
    askedOf: 'sessions',
    kept: 'sealed',
  },
  hearings: {
    value: z.int().min(1).max(protocolLimits.hearings.max).meta({
      description:
        'How often a whole recording is heard before the words are voted on: fewer of them are wrong, for as many times the work. Whisper hears once.',
    }),
    concerns: 'hearing',
    askedOf: 'recordings',
    operator: { default: 1 },
    kept: 'sealed',
  },
} as const satisfies Readonly<Record<string, Declaration>>;

type Declared = typeof recognitionSettings;

export type SettingName = keyof Declared;

/** The names of settings that are declared with these attributes. */
export type SettingsWith<Attributes extends Partial<Declaration>> = {
  [Name in SettingName]: Declared[Name] extends Attributes ? Name : never;
}[SettingName];

type SessionSetting = SettingsWith<{ readonly askedOf: 'sessions' | 'both' }>;
type RecordingSetting = SettingsWith<{ readonly askedOf: 'recordings' | 'both' }>;

/** All settings, in their order. */
export const settingNames = Object.keys(recognitionSettings) as readonly SettingName[];

/** The declaration of a setting, where code is the same for all of them. */
export function declarationOf(name: SettingName): Declaration {
  return recognitionSettings[name];
}

/** Everything that `configure` sets and `ready` reports. */
export const sessionSettings = z.object(
  valuesOf(
    settingNames.filter((name): name is SessionSetting => recognitionSettings[name].askedOf !== 'recordings'),
  ),
);
export type SessionSettings = z.infer<typeof sessionSettings>;

/** How a whole recording is transcribed. */
export const recordingSettings = z.object(
  valuesOf(
    settingNames.filter((name): name is RecordingSetting => recognitionSettings[name].askedOf !== 'sessions'),
  ),
);
export type RecordingSettings = z.infer<typeof recordingSettings>;

/** All of them. */
export type RecognitionSettings = SessionSettings & RecordingSettings;

/** Settings that are `on` or `off`. */
export type Switch = SettingsWith<{ readonly value: typeof onOrOff }>;

/** Whether a setting is `on` or `off`. */
export function isSwitch(name: SettingName): name is Switch {
  const { value } = declarationOf(name);
  return value instanceof z.ZodEnum && value.options.join() === onOrOff.options.join();
}

/** What a session starts with; all else starts as the server is set. */
export const initialSettings = attributesOf('initial');

/** What a session of a client that did not opt in is set to, whatever the server is. */
export const plainSettings = attributesOf('unlessOptedIn');

function attributesOf<Attribute extends 'initial' | 'unlessOptedIn'>(attribute: Attribute) {
  const given = Object.entries<Declaration>(recognitionSettings).filter(([, one]) => attribute in one);
  return Object.fromEntries(given.map(([name, one]) => [name, one[attribute]])) as {
    readonly [Name in SettingsWith<Readonly<Record<Attribute, unknown>>>]: Declared[Name] extends Readonly<
      Record<Attribute, infer Value>
    >
      ? Value
      : never;
  };
}

function valuesOf<Name extends SettingName>(names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, recognitionSettings[name].value])) as {
    readonly [Each in Name]: Declared[Each]['value'];
  };
}
