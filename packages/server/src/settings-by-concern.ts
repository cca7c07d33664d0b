import {
  declarationOf,
  settingNames,
  type RecognitionSettings,
  type SettingName,
  type SettingsWith,
} from '@auscult/protocol';

type RecognitionSetting = SettingsWith<{ readonly concerns: 'recognition' }>;
type WritingSetting = SettingsWith<{ readonly concerns: 'writing' }>;

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

/** The settings among these that say how the text is written, as true and false. */
export function writingOf(
  settings: Pick<RecognitionSettings, WritingSetting>,
): Readonly<Record<WritingSetting, boolean>> {
  const written = namesOf('writing').map((name) => [name, settings[name] === 'on']);
  return Object.fromEntries(written) as Record<WritingSetting, boolean>;
}

function namesOf<Concern extends 'recognition' | 'writing'>(concern: Concern) {
  return settingNames.filter(
    (name): name is SettingsWith<{ readonly concerns: Concern }> & SettingName =>
      declarationOf(name).concerns === concern,
  );
}
