import { readFileSync } from 'node:fs';
import { closestMatch } from 'leven';
import type { z } from 'zod';
import { ConfigError } from './config-error.js';
import { configRules } from './rules.js';
import { configSchema, type Config } from './schema.js';
import { settingNamed, settings, type Setting } from './settings.js';

/** Names the configuration file, in the environment. */
export const FILE_VARIABLE = 'AUSCULT_CONFIG';

/** Makes the command line print where a failure came from. Not a setting, since it must work when settings do not. */
export const DEBUG_VARIABLE = 'AUSCULT_DEBUG';

/**
 * Holds master keys, for those who keep them in the environment. Not a setting, since settings can be flags, which
 * others see.
 */
export const MASTER_KEY_VARIABLE = 'AUSCULT_MASTER_KEY';

/** Variables of OpenTelemetry that are settings here, too. Its libraries read others by themselves. */
const STANDARD_VARIABLES: Readonly<Partial<Record<keyof Config, string>>> = {
  otlpEndpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
};

/** Where settings come from, in order of precedence. */
export interface ConfigSources {
  /** Values from the command line by setting name, still as text; a boolean flag is `true` or `false`. */
  readonly flags: Readonly<Partial<Record<keyof Config, string | boolean | undefined>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of a JSON file; without it, `AUSCULT_CONFIG` may name one. */
  readonly file?: string | undefined;
}

/**
 * Gathers the settings from flags, environment and file, in this order of precedence, and validates them once.
 * An empty variable counts as unset.
 * @throws {ConfigError} that names the setting, where it was set, what it takes and, for unknown names, the nearest one.
 */
export function loadConfig({ flags, environment, file }: ConfigSources): Config {
  const path = file ?? environment[FILE_VARIABLE];
  const given = new Map<string, Given>([
    ...(path ? fromFile(path) : []),
    ...fromEnvironment(environment),
    ...fromFlags(flags),
  ]);
  const parsed = configSchema.safeParse(
    Object.fromEntries([...given].map(([name, { value }]) => [name, value])),
  );
  if (!parsed.success) throw errorFor(parsed.error.issues, given);
  const broken = configRules.find(({ holds }) => !holds(parsed.data));
  if (broken === undefined) return parsed.data;
  throw new ConfigError(
    `${given.get(broken.setting)?.source ?? broken.setting} ${broken.message}`,
    broken.remedy,
  );
}

interface Given {
  readonly value: unknown;
  /** Where a person finds it, such as `AUSCULT_PORT`. */
  readonly source: string;
}

function fromFile(path: string): [string, Given][] {
  const content = parseFile(path);
  for (const name of Object.keys(content)) {
    if (!settings.some((setting) => setting.name === name)) {
      throw unknownName(
        `setting "${name}" in ${path}`,
        name,
        settings.map((setting) => setting.name),
      );
    }
  }
  return Object.entries(content).map(([name, value]: [string, unknown]) => [
    name,
    { value, source: `"${name}" in ${path}` },
  ]);
}

function parseFile(path: string): object {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const what = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    throw new ConfigError(
      `the configuration file ${path} ${what}.`,
      `Correct it, or name another with --config.`,
    );
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw new ConfigError(
    `the configuration file ${path} is not a JSON object.`,
    'Write {"setting": value, …}.',
  );
}

function fromEnvironment(environment: ConfigSources['environment']): [string, Given][] {
  const known = [
    ...settings.map((setting) => setting.variable),
    FILE_VARIABLE,
    DEBUG_VARIABLE,
    MASTER_KEY_VARIABLE,
  ];
  for (const name of Object.keys(environment)) {
    if (name.startsWith('AUSCULT_') && !known.includes(name))
      throw unknownName(`environment variable ${name}`, name, known);
  }
  return settings.flatMap((setting) => {
    const variables = [setting.variable, STANDARD_VARIABLES[setting.name]];
    const variable = variables.find((name) => name !== undefined && environment[name]);
    const text = variable && environment[variable];
    return variable && text ? [[setting.name, { value: parseText(setting, text), source: variable }]] : [];
  });
}

function fromFlags(flags: ConfigSources['flags']): [string, Given][] {
  return settings.flatMap((setting) => {
    const text = flags[setting.name];
    return text === undefined
      ? []
      : [[setting.name, { value: parseText(setting, text), source: setting.flag }]];
  });
}

/** Text that does not fit the setting's kind stays text, for the schema to refuse. */
function parseText({ kind }: Setting, text: string | boolean): unknown {
  if (typeof text === 'boolean') return text;
  switch (kind) {
    case 'number':
      return text.trim() === '' ? text : Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'text':
      return text;
  }
}

function unknownName(what: string, name: string, known: readonly string[]): ConfigError {
  const nearest = closestMatch(name, known) ?? known.join(', ');
  return new ConfigError(`the ${what} is not known.`, `Did you mean ${nearest}?`);
}

function errorFor(issues: readonly z.core.$ZodIssue[], given: ReadonlyMap<string, Given>): ConfigError {
  const [issue] = issues;
  const setting = settingNamed(String(issue?.path[0]) as keyof Config);
  const unit = setting.unit ? ` (${setting.unit})` : '';
  return new ConfigError(
    `${given.get(setting.name)?.source ?? setting.name} has a value that is not allowed.`,
    `Set ${setting.values}${unit}.`,
  );
}
