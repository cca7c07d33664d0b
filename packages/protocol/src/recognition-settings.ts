import { z } from 'zod';
import { audioEncoding, channelCount } from './audio-format.js';
import { commandList } from './commands.js';
import { lexicon } from './key-terms.js';
import { protocolLimits } from './limits.js';
import { speakerCount } from './speakers.js';

/** Whether something is done. */
export const onOrOff = z.enum(['off', 'on']);

/** When an utterance ends. */
export const endpointing = z.strictObject({
  silenceMs: z
    .int()
    .min(protocolLimits.silenceMs.min)
    .max(protocolLimits.silenceMs.max)
    .meta({ description: 'Silence that ends an utterance, milliseconds.' }),
  sentences: onOrOff.meta({
    description:
      'Whether words matter, too, in English: after a complete sentence, half of that silence ends the utterance; within one, it may take up to 1.8 times of it.',
  }),
  maxUtteranceSeconds: z
    .number()
    .min(protocolLimits.maxUtteranceSeconds.min)
    .max(protocolLimits.maxUtteranceSeconds.max)
    .meta({ description: 'The longest utterance before it is cut at its quietest place, seconds.' }),
});

/** The text to make of speech: in its own language, or in English. */
export const transcriptionTask = z.enum(['transcribe', 'translate']);
export type TranscriptionTask = z.infer<typeof transcriptionTask>;

/** Whether a session that has stopped is recognised again as a whole, for a better text beside the live one. */
const refineMode = z.enum(['off', 'on-stop']);

/** The facts about a setting from which its way is derived, from socket, form, file or flag to recognizer and record. */
interface Declaration {
  /** The values that it takes in JSON, with its meaning in `description`. */
  readonly value: z.ZodType;
  /** What acts on it: recognition, the writing of what was recognised, or the session around both. */
  readonly concerns: 'recognition' | 'writing' | 'session';
  /** What it can be asked for: live sessions by `configure`, whole recordings by a field of the upload. */
  readonly askedOf: 'sessions' | 'recordings' | 'both';
  /** The value that counts if the client does not ask for another. Without it, the operator's value counts. */
  readonly initial?: unknown;
  /**
   * Present if the configuration has a setting of the same name, by which the operator sets the value for clients that ask
   * for none; `note` is added to its description there. It is also a flag of `serve`, and of `transcribe` if it can be asked
   * for with recordings.
   */
  readonly operator?: { readonly default: unknown; readonly note?: string };
  /** The value for clients that do not know the setting, as they did not opt in: it counts before the operator's value. */
  readonly unlessOptedIn?: unknown;
  /**
   * Where the record of a session keeps it: in a column by which sessions are found, or encrypted with everything that may
   * tell of a patient; `sealed-always` if every record has it. Absent if it is not kept, as it only says what is sent.
   */
  readonly kept?: 'column' | 'sealed' | 'sealed-always';
}

/**
 * Every setting of a session or recording that says how speech is to be heard and written. They are declared only here, but
 * for key terms, which are a list and not a value: see `keyTermList`.
 */
export const recognitionSettings = {
  sampleRate: {
    value: z
      .int()
      .min(protocolLimits.sampleRate.min)
      .max(protocolLimits.sampleRate.max)
      .meta({
        description:
          'Sample rate of binary frames, and of `audio` messages that name no rate, Hz. ' +
          'Without meaning for `opus` and `container`, which bring their own.',
      }),
    concerns: 'recognition',
    askedOf: 'sessions',
    initial: 16_000,
    kept: 'column',
  },
  encoding: {
    value: audioEncoding.meta({
      description:
        'How audio is written. Samples: `s16le` (16-bit integers), `f32le` (32-bit floats), `mulaw` or `alaw` (G.711). ' +
        '`opus`: one packet in each frame. `container`: a recording, cut anywhere.',
    }),
    concerns: 'recognition',
    askedOf: 'sessions',
    initial: 's16le',
    kept: 'sealed',
  },
  channels: {
    value: channelCount.meta({
      description: 'Number of channels of the audio, interleaved. Each is transcribed by itself.',
    }),
    concerns: 'session',
    askedOf: 'sessions',
    initial: 1,
    kept: 'column',
  },
  partials: {
    value: z.boolean().meta({ description: 'Whether partial hypotheses are sent.' }),
    concerns: 'recognition',
    askedOf: 'sessions',
    initial: true,
    unlessOptedIn: false,
  },
  unsettled: {
    value: z.boolean().meta({
      description:
        'Whether partials also tell, as `unsettled`, the words that were heard only once so far and may still change. They are there earlier.',
    }),
    concerns: 'recognition',
    askedOf: 'sessions',
    initial: false,
  },
  words: {
    value: z.boolean().meta({
      description: 'Whether final text comes with its words and their times and confidences.',
    }),
    concerns: 'session',
    askedOf: 'both',
    initial: false,
  },
  language: {
    value: z.string().min(2).max(35).meta({
      description:
        'Language of the speech: a BCP 47 tag such as `en`, or `auto` if the model can recognise languages.',
    }),
    concerns: 'recognition',
    askedOf: 'both',
    operator: { default: 'en' },
    kept: 'column',
  },
  task: {
    value: transcriptionTask.meta({
      description:
        'Whether the text is in the language of the speech, or in English if the model can translate.',
    }),
    concerns: 'recognition',
    askedOf: 'both',
    operator: { default: 'transcribe' },
    kept: 'column',
  },
  refine: {
    value: refineMode.meta({
      description:
        'Whether a session is heard again as a whole after `stop`, for a better text beside the live one: the message `refined`.',
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
    operator: { default: 'off', note: 'It is off for clients that did not opt in.' },
    unlessOptedIn: 'off',
    kept: 'sealed-always',
  },
  dictationCommands: {
    value: onOrOff.meta({
      description:
        'Whether `comma`, `new paragraph`, `scratch that` and the like are carried out in final text in English, ' +
        'if they are a phrase of their own.',
    }),
    concerns: 'writing',
    askedOf: 'both',
    operator: { default: 'off', note: 'It is off for clients that did not opt in.' },
    unlessOptedIn: 'off',
    kept: 'sealed-always',
  },
  commands: {
    value: commandList.meta({
      description:
        'Phrases by which the speaker commands the client. One that is said by itself, between pauses, is sent as `command` and not as text. ' +
        'They replace those sent before, also while audio is sent: then in a `configure` of their own.',
    }),
    concerns: 'writing',
    askedOf: 'sessions',
    initial: [],
    unlessOptedIn: [],
    kept: 'sealed',
  },
  lexicon: {
    value: lexicon.meta({
      description:
        'Whether recognition listens for the medical terms that ship with the server, in English that is not translated.',
    }),
    concerns: 'recognition',
    askedOf: 'both',
    operator: { default: 'medical', note: 'With `none` here, no client gets the terms.' },
    kept: 'sealed',
  },
  /** The configuration has one setting for each part of this one. */
  endpointing: {
    value: endpointing.meta({ description: 'When an utterance ends.' }),
    concerns: 'recognition',
    askedOf: 'sessions',
    kept: 'sealed',
  },
  speakers: {
    value: speakerCount.meta({
      description:
        'Whether to tell who speaks, at one microphone: `off`, the number of people (1 to 4), or `auto` to find out how many there are. With two channels, each is a speaker unless this is `off`.',
    }),
    concerns: 'recognition',
    askedOf: 'both',
    operator: { default: 'off', note: 'It is off for clients that did not opt in.' },
    unlessOptedIn: 'off',
    kept: 'sealed',
  },
  hearings: {
    value: z.int().min(1).max(protocolLimits.hearings.max).meta({
      description:
        'How many times a whole recording is heard; each word is then chosen by vote. More hearings make fewer mistakes, and as many times the work. Whisper hears once.',
    }),
    concerns: 'recognition',
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

/** The declaration of a setting, for code that is the same for all settings. */
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

/** All settings, of sessions and of recordings. */
export type RecognitionSettings = SessionSettings & RecordingSettings;

/** Settings that are `on` or `off`. */
export type Switch = SettingsWith<{ readonly value: typeof onOrOff }>;

/** Whether a setting is `on` or `off`. */
export function isSwitch(name: SettingName): name is Switch {
  const { value } = declarationOf(name);
  return value instanceof z.ZodEnum && value.options.join() === onOrOff.options.join();
}

/** The values that a session starts with; its other settings start with the operator's values. */
export const initialSettings = attributesOf('initial');

/** The values for a client that did not opt in, whatever the operator has set. */
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
