import { allowedValues, type JsonSchema } from '@auscult/protocol';
import { z } from 'zod';
import { configSchema, type Config } from './schema.js';
import { settingInfo, type SettingInfo } from './setting-info.js';

/** One setting as people write it; all of this is derived from {@link configSchema}. */
export interface Setting extends SettingInfo {
  /** Name in the configuration file, such as `maxFrameBytes`. */
  readonly name: keyof Config;
  /** Name on the command line, such as `--max-frame-bytes`. */
  readonly flag: string;
  /** Name in the environment, such as `AUSCULT_MAX_FRAME_BYTES`. */
  readonly variable: string;
  /** How its text in the environment and on the command line is read. */
  readonly kind: 'text' | 'number' | 'boolean' | 'list';
  /** The values it takes, in words, such as `a whole number from 0 to 65535`. */
  readonly values: string;
  /** The default in words. */
  readonly defaultText: string;
}

/** Every setting, in the order of the schema. */
export const settings: readonly Setting[] = Object.entries(configSchema.shape).map(([name, schema]) =>
  describe(name as keyof Config, schema),
);

/** The setting of that name. */
export function settingNamed(name: keyof Config): Setting {
  const setting = settings.find((candidate) => candidate.name === name);
  if (!setting) throw new TypeError(`no setting is named ${name}`);
  return setting;
}

function describe(name: keyof Config, schema: (typeof configSchema.shape)[keyof Config]): Setting {
  const info = settingInfo.get(schema);
  if (!info) throw new TypeError(`setting ${name} has no description`);
  const shape = z.toJSONSchema(schema, { unrepresentable: 'any' });
  const words = name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`).split(' ');
  return {
    ...info,
    name,
    flag: `--${words.join('-')}`,
    variable: `AUSCULT_${words.join('_').toUpperCase()}`,
    kind: kindOf(shape),
    values: allowedValues(shape),
    defaultText: info.defaultText ?? `\`${String(shape.default)}\``,
  };
}

function kindOf(shape: JsonSchema): Setting['kind'] {
  // Text that is no number stays text, so words beside numbers are read as well.
  if (shape.anyOf?.some(({ type }) => type === 'integer') === true) return 'number';
  switch (shape.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return 'list';
    default:
      return 'text';
  }
}
