import { Option, type Command } from 'commander';
import { recordingConfig } from '../config/recognition.js';
import { FILE_VARIABLE, loadConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { settingNamed, settings, type Setting } from '../config/settings.js';

/** Gives a command `--config` and a flag for each of the named settings, or for all. */
export function addSettingOptions(command: Command, names?: readonly (keyof Config)[]): Command {
  command.addOption(new Option('--config <path>', `JSON file with settings (environment: ${FILE_VARIABLE})`));
  const chosen = names === undefined ? settings : settings.filter(({ name }) => names.includes(name));
  for (const setting of chosen) command.addOption(settingOption(setting));
  return command;
}

/** Gives a command a flag for each setting that can be asked for with an upload, too. */
export function addRecordingOptions(command: Command): Command {
  for (const setting of recordingConfig.map(settingNamed)) {
    if (setting.kind !== 'boolean') {
      command.addOption(settingOption(setting));
      continue;
    }
    // If the flag had an optional value, it would take the recording after it for that value.
    command.option(setting.flag, explanationOf(setting));
    command.option(setting.flag.replace('--', '--no-'), `the opposite, if the configuration switches it on`);
  }
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

function settingOption(setting: Setting): Option {
  const placeholder = setting.kind === 'boolean' ? '[true|false]' : `<${setting.kind}>`;
  return new Option(`${setting.flag} ${placeholder}`, explanationOf(setting));
}

function explanationOf({ description, unit, defaultText, variable }: Setting): string {
  const notes = [unit, `default: ${defaultText.replaceAll('`', '')}`, variable].filter(Boolean).join('; ');
  return `${description.replaceAll('`', '')} (${notes})`;
}
