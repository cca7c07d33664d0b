import { recognitionSettings, type RecognitionSettings, type SettingName } from '@auscult/protocol';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load-config.js';
import { settingsUnasked } from '../../src/config/recognition.js';

const unasked = settingsUnasked(loadConfig({ flags: {}, environment: {} }));

/** A value of a setting that no server has by itself. */
export function unlikeUnasked<Name extends SettingName>(name: Name): RecognitionSettings[Name] {
  return other(recognitionSettings[name].value, unasked[name]) as RecognitionSettings[Name];
}

function other(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodBoolean) return value === false;
  if (schema instanceof z.ZodEnum) return schema.options.find((option) => option !== value);
  if (schema instanceof z.ZodLiteral) return [...schema.values].find((option) => option !== value);
  if (schema instanceof z.ZodNumber) return schema.maxValue === value ? schema.minValue : schema.maxValue;
  // The scripted model knows English, and so all kinds of it.
  if (schema instanceof z.ZodString) return 'en-GB';
  if (!(schema instanceof z.ZodObject)) throw new TypeError('there are settings of a new kind');
  const parts = Object.entries<z.ZodType>(schema.shape);
  const values = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(parts.map(([name, part]) => [name, other(part, values[name])]));
}
