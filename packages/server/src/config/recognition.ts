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

/** Settings of recognition that the operator sets for those who ask for nothing. */
type OperatorSetting = SettingsWith<{ readonly operator: { readonly default: unknown } }>;

type Declared = typeof recognitionSettings;

/** What is `on` or `off` for clients is true or false in the configuration. */
type ConfigSchemas = {
  readonly [Name in OperatorSetting]: Name extends Switch
    ? z.ZodDefault<z.ZodBoolean>
    : z.ZodDefault<Declared[Name]['value']>;
};

/** What the configuration has of the settings of recognition, as the protocol declares them. */
export const recognitionConfig = {
  ...(Object.fromEntries(
    settingNames.filter(isOperatorSetting).map((name) => [name, schemaOf(name)]),
  ) as ConfigSchemas),
  endpointingMs: endpointing.shape.silenceMs.default(500).register(settingInfo, {
    description: 'Silence that ends an utterance, where a client does not ask for another.',
    unit: 'ms',
  }),
  maxUtteranceSeconds: endpointing.shape.maxUtteranceSeconds.default(15).register(settingInfo, {
    description:
      'The longest utterance before it is cut at its quietest place, where a client does not ask for another.',
    unit: 'seconds',
  }),
};

/** The names of settings that `auscult transcribe` and uploads have in common. */
export const recordingConfig = settingNames.filter(
  (name): name is OperatorSetting => isOperatorSetting(name) && declarationOf(name).askedOf !== 'sessions',
);

type RecognitionConfig = Readonly<z.output<z.ZodObject<typeof recognitionConfig>>>;

/** How a server with this configuration hears and writes for those who ask for nothing. */
export function settingsByDefault(config: RecognitionConfig): RecognitionSettings {
  const simple = settingNames
    .filter((name) => name !== 'endpointing')
    .map((name) => [name, isOperatorSetting(name) ? forClients(config[name]) : declarationOf(name).initial]);
  return {
    ...(Object.fromEntries(simple) as Omit<RecognitionSettings, 'endpointing'>),
    endpointing: { silenceMs: config.endpointingMs, maxUtteranceSeconds: config.maxUtteranceSeconds },
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
    description: [description, 'Clients may ask for another.', operator?.note].filter(Boolean).join(' '),
  });
}
