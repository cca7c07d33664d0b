import { isSwitch, settingNames, type RecognitionSettings, type Switch } from '@auscult/protocol';

/** What is `on` or `off` for clients as true and false, by the same names: so the recognizer takes it. */
export function switchesOf(settings: Pick<RecognitionSettings, Switch>): Readonly<Record<Switch, boolean>> {
  const switches = settingNames.filter(isSwitch);
  return Object.fromEntries(switches.map((name) => [name, settings[name] === 'on'])) as Record<
    Switch,
    boolean
  >;
}
