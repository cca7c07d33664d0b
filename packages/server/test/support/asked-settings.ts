import {
  declarationOf,
  recognitionSettings,
  type RecognitionSettings,
  type SettingName,
} from '@auscult/protocol';
import { expect } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load-config.js';
import { settingsByDefault } from '../../src/config/recognition.js';

const unasked = settingsByDefault(loadConfig({ flags: {}, environment: {} }));

/** A value of a setting that differs from the server's default. */
export function unlikeUnasked<Name extends SettingName>(name: Name): RecognitionSettings[Name] {
  return other(recognitionSettings[name].value, unasked[name]) as RecognitionSettings[Name];
}

function other(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodBoolean) return value === false;
  if (schema instanceof z.ZodEnum) return schema.options.find((option) => option !== value);
  if (schema instanceof z.ZodLiteral) return [...schema.values].find((option) => option !== value);
  if (schema instanceof z.ZodNumber) return schema.maxValue === value ? schema.minValue : schema.maxValue;
  if (schema instanceof z.ZodUnion)
    return schema.options
      .map((option) => other(option as z.ZodType, value))
      .find((option) => option !== value);
  // The scripted model knows English, and so every variety of English.
  if (schema instanceof z.ZodString) return 'en-GB';
  // The only list.
  if (schema instanceof z.ZodPipe) return [{ phrase: 'next field' }];
  if (!(schema instanceof z.ZodObject)) throw new TypeError('there are settings of a new kind');
  const parts = Object.entries<z.ZodType>(schema.shape);
  const values = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(parts.map(([name, part]) => [name, other(part, values[name])]));
}

/** A text that changes both if written form is on and if dictation commands are carried out. */
export const SAID = 'Twenty five milligrams. New line.';

/** Expects that a setting with this value was passed to a recognizer that heard `SAID`, or shows in the final text. */
export function expectTaken(
  name: SettingName,
  value: unknown,
  { streams, text }: { readonly streams: readonly { readonly options: object }[]; readonly text: string },
): void {
  const { concerns } = declarationOf(name);
  // What becomes of text that is a command: `live/commands.test.ts`.
  if (name === 'commands') return;
  if (concerns === 'writing') expect(text, name).not.toBe(SAID);
  // Recordings are told apart after they were heard, and of two channels each is a speaker: `transcriptions/speakers.test.ts`.
  if (name === 'speakers' && (streams.length > 1 || isOfRecording(streams[0]))) return;
  if (name === 'hearings') expect(streams).toHaveLength(Number(value));
  else if (concerns === 'recognition') expect(streams[0]?.options).toMatchObject(asHeard(name, value));
}

function isOfRecording(stream: { readonly options: object } | undefined): boolean {
  return stream !== undefined && 'priority' in stream.options && stream.options.priority === 'background';
}

function asHeard(name: SettingName, value: unknown): object {
  if (name !== 'endpointing') return { [name]: value };
  const { silenceMs, sentences, maxUtteranceSeconds } = value as RecognitionSettings['endpointing'];
  return { endpointingMs: silenceMs, endpointSentences: sentences === 'on', maxUtteranceSeconds };
}

/** Expects that the record of a session keeps the value of a setting as the declaration of the setting says. */
export function expectKept(name: SettingName, value: unknown, record: object): void {
  const { kept } = declarationOf(name);
  const [plain, sealed] = [name, `settings.${name}`];
  if (kept === undefined) expect(record).not.toHaveProperty(sealed);
  else if (kept === 'column') expect(record).toHaveProperty(plain, value);
  else expect(record).toHaveProperty(sealed, value === 'on' || value === 'on-stop' ? true : value);
}
