import type { SpokenCommand, WritingOptions } from '@auscult/asr';
import {
  declarationOf,
  partsOfPhrase,
  settingNames,
  type RecognitionSettings,
  type SettingName,
  type SettingsWith,
  type VoiceCommand,
} from '@auscult/protocol';

type RecognitionSetting = SettingsWith<{ readonly concerns: 'recognition' }>;
type WritingSwitch = Exclude<SettingsWith<{ readonly concerns: 'writing' }>, 'commands'>;

/** The settings among these that say how speech is heard. The recognizer has options of the same names. */
export function recognitionOf<Settings extends Partial<RecognitionSettings>>(
  settings: Settings,
): Pick<Settings, RecognitionSetting & keyof Settings> {
  const heard = namesOf('recognition').filter((name) => settings[name] !== undefined);
  return Object.fromEntries(heard.map((name) => [name, settings[name]])) as Pick<
    Settings,
    RecognitionSetting & keyof Settings
  >;
}

/** The settings among these that say how the text is written: switches as true and false, and commands in parts. */
export function writingOf(
  settings: Pick<RecognitionSettings, WritingSwitch> & {
    readonly commands?: readonly VoiceCommand[] | undefined;
  },
): Readonly<Record<WritingSwitch, boolean>> & Pick<WritingOptions, 'commands'> {
  const { commands = [] } = settings;
  const switches = namesOf('writing').filter((name) => name !== 'commands');
  const written = Object.fromEntries(switches.map((name) => [name, settings[name] === 'on']));
  return {
    ...(written as Record<WritingSwitch, boolean>),
    ...(commands.length > 0 && { commands: spokenCommandsOf(commands) }),
  };
}

const spokenCommands = new WeakMap<readonly VoiceCommand[], readonly SpokenCommand[]>();

/** The commands as they are listened for. For one list it is one list, which the recognizer prepares once. */
function spokenCommandsOf(commands: readonly VoiceCommand[]): readonly SpokenCommand[] {
  const known = spokenCommands.get(commands);
  if (known !== undefined) return known;
  const made = commands.map(spokenCommandOf);
  spokenCommands.set(commands, made);
  return made;
}

function spokenCommandOf({ id, phrase, variables = {} }: VoiceCommand): SpokenCommand {
  const parts = (partsOfPhrase(phrase) ?? []).map((part) =>
    part.kind === 'variable' && Object.hasOwn(variables, part.name)
      ? { ...part, values: variables[part.name] }
      : part,
  );
  return { id, phrase, parts };
}

function namesOf<Concern extends 'recognition' | 'writing'>(concern: Concern) {
  return settingNames.filter(
    (name): name is SettingsWith<{ readonly concerns: Concern }> & SettingName =>
      declarationOf(name).concerns === concern,
  );
}
