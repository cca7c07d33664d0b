import {
  declarationOf,
  endpointing,
  isSwitch,
  recognitionSettings,
  settingNames,
  type RecognitionSettings,
  type SettingName,
  type SettingsWith,
  type Switch,
} from '@auscult/protocol';
import { z } from 'zod';
import { settingInfo } from './setting-info.js';

/** Settings of recognition for which the operator sets the value that counts unless a client asks for another. */
type OperatorSetting = SettingsWith<{ readonly operator: { readonly default: unknown } }>;

type Declared = typeof recognitionSettings;

/** The schemas of these settings. What is `on` or `off` for clients is true or false in the configuration. */
type ConfigSchemas = {
  readonly [Name in OperatorSetting]: Name extends Switch
    ? z.ZodDefault<z.ZodBoolean>
    : z.ZodDefault<Declared[Name]['value']>;
};

/** The recognition settings of the configuration, derived from their declarations in the protocol. */
export const recognitionConfig = {
  ...(Object.fromEntries(
    settingNames.filter(isOperatorSetting).map((name) => [name, schemaOf(name)]),
  ) as ConfigSchemas),
  endpointingMs: endpointing.shape.silenceMs.default(500).register(settingInfo, {
    description: 'Silence that ends an utterance, unless a client asks for another value.',
    unit: 'ms',
  }),
  endpointSentences: z.boolean().default(true).register(settingInfo, {
    description:
      'Whether the words before a silence matter, too, in English: after a complete sentence, half of `endpointingMs` ends the utterance; within one, it may take up to 1.8 times as long. A client may ask for the other.',
  }),
  maxUtteranceSeconds: endpointing.shape.maxUtteranceSeconds.default(15).register(settingInfo, {
    description:
      'The longest utterance: a longer one is cut at its quietest place. A client may ask for another value.',
    unit: 'seconds',
  }),
};

/** The names of settings that both `auscult transcribe` and uploads take. */
export const recordingConfig = settingNames.filter(
  (name): name is OperatorSetting => isOperatorSetting(name) && declarationOf(name).askedOf !== 'sessions',
);

type RecognitionConfig = Readonly<z.output<z.ZodObject<typeof recognitionConfig>>>;

/** The recognition settings that count on a server with this configuration unless a client asks for others. */
export function settingsByDefault(config: RecognitionConfig): RecognitionSettings {
  const simple = settingNames
    .filter((name) => name !== 'endpointing')
    .map((name) => [name, isOperatorSetting(name) ? forClients(config[name]) : declarationOf(name).initial]);
  return {
    ...(Object.fromEntries(simple) as Omit<RecognitionSettings, 'endpointing'>),
    endpointing: {
      silenceMs: config.endpointingMs,
      sentences: config.endpointSentences ? 'on' : 'off',
      maxUtteranceSeconds: config.maxUtteranceSeconds,
    },
  };
}

function forClients(value: RecognitionConfig[OperatorSetting]): unknown {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
}

function isOperatorSetting(name: SettingName): name is OperatorSetting {
  return declarationOf(name).operator !== undefined;
}

function schemaOf(name: OperatorSetting): z.ZodType {
  const { value, operator } = declarationOf(name);
  const initial = operator?.default;
  const schema = isSwitch(name) ? z.boolean().default(initial === 'on') : value.default(initial);
  const { description = '' } = value.meta() ?? {};
  return schema.register(settingInfo, {
    description: [description, 'Clients may ask for another value.', operator?.note]
      .filter(Boolean)
      .join(' '),
  });
}
