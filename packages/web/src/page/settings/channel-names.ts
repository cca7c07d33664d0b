import { msg } from '@lit/localize';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';

/** What the speakers at two microphones are called: as they were named, or else in the language that is shown. */
export function channelNames({
  firstName,
  secondName,
}: Pick<Settings, 'firstName' | 'secondName'>): readonly [first: string, second: string] {
  return [
    firstName === DEFAULT_SETTINGS.firstName ? msg('Clinician') : firstName,
    secondName === DEFAULT_SETTINGS.secondName ? msg('Patient') : secondName,
  ];
}
