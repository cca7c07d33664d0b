import { Option, type Command } from 'commander';
import { FILE_VARIABLE, loadConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { settings, type Setting } from '../config/settings.js';

/** Gives a command `--config` and a flag for each of the named settings, or for all. */
export function addSettingOptions(command: Command, names?: readonly (keyof Config)[]): Command {
  command.addOption(new Option('--config <path>', `JSON file with settings (environment: ${FILE_VARIABLE})`));
  const chosen = names === undefined ? settings : settings.filter(({ name }) => names.includes(name));
  for (const setting of chosen) command.addOption(settingOption(setting));
  return command;
}

/** The settings from a command's parsed flags, the environment and the file. Throws `ConfigError`. */
export function configFrom(options: Readonly<Record<string, unknown>>): Config {
  const flags = settings.flatMap(({ name }) => {
    const value = options[name];
    return typeof value === 'string' || typeof value === 'boolean' ? [[name, value] as const] : [];
  });
  const { config: file } = options;
  return loadConfig({
    flags: Object.fromEntries(flags),
    environment: process.env,
    file: typeof file === 'string' ? file : undefined,
  });
}

function settingOption({ flag, kind, description, unit, defaultText, variable }: Setting): Option {
  const placeholder = kind === 'boolean' ? '[true|false]' : `<${kind}>`;
  const notes = [unit, `default: ${defaultText.replaceAll('`', '')}`, variable].filter(Boolean).join('; ');
  return new Option(`${flag} ${placeholder}`, `${description.replaceAll('`', '')} (${notes})`);
}
