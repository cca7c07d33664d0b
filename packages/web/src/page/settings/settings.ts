import { isLanguageChoice, type LanguageChoice } from '../../localize/language.js';
import { observable, type Changeable } from '../state/observable.js';

/** The settings that a person has chosen for this browser. They say nothing about a patient. */
export interface Settings {
  readonly theme: Theme;
  readonly language: LanguageChoice;
  /** The microphone's id; empty for the browser's choice. */
  readonly deviceId: string;
  /** The second speaker's microphone. */
  readonly secondDeviceId: string;
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
  readonly twoSpeakers: boolean;
  /** How many speakers are told apart at one microphone, and in recordings. */
  readonly speakers: SpeakerChoice;
  /** Names of the speakers, by channel. */
  readonly firstName: string;
  readonly secondName: string;
  /** Whether English is put into written form: `25 mg` for `twenty five milligrams`. */
  readonly writtenForm: boolean;
  /** Whether `new paragraph`, `scratch that` and the like are obeyed. */
  readonly dictationCommands: boolean;
  /** Whether what was said is shown below lines that are written differently. */
  readonly showSpoken: boolean;
  /** Whether words that may be wrong are marked. */
  readonly markUnsure: boolean;
  /** Whether the transcript is kept in this browser. */
  readonly keepTranscript: boolean;
  /** Whether the check of the microphone was made or declined on this device, so that it is not offered again. */
  readonly microphoneChecked: boolean;
}

/** Which colours the page has. */
export type Theme = 'system' | 'light' | 'dark';

/** How many people speak at one microphone; `auto` finds out. */
export type SpeakerChoice = (typeof SPEAKER_CHOICES)[number];

/** All of them, in the order in which they are offered. */
export const SPEAKER_CHOICES = ['off', '2', '3', '4', 'auto', '1'] as const;

/** The settings of a person who has chosen none. */
export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  language: 'browser',
  deviceId: '',
  secondDeviceId: '',
  echoCancellation: true,
  noiseSuppression: false,
  autoGainControl: true,
  twoSpeakers: false,
  speakers: 'off',
  firstName: 'Clinician',
  secondName: 'Patient',
  writtenForm: true,
  dictationCommands: false,
  showSpoken: false,
  markUnsure: true,
  keepTranscript: false,
  microphoneChecked: false,
};

const NAME = 'auscult.settings';

/** The settings of this browser; changes are stored. */
export function loadSettings(storage: Storage): Changeable<Settings> {
  const settings = observable(storedSettings(storage));
  settings.subscribe(() => {
    storage.setItem(NAME, JSON.stringify(settings.value));
  });
  return settings;
}

/** The settings that are stored in this browser. */
export function storedSettings(storage: Storage): Settings {
  return parseSettings(storage.getItem(NAME));
}

/** Settings from their stored form. Anything missing, unknown or broken has its default. */
export function parseSettings(stored: string | null): Settings {
  const found = readObject(stored);
  const entries = Object.entries(DEFAULT_SETTINGS).map(([name, byDefault]: [string, unknown]) => {
    const value = found[name];
    return [name, typeof value === typeof byDefault && isAllowed(name, value) ? value : byDefault];
  });
  return Object.fromEntries(entries) as Settings;
}

function isAllowed(name: string, value: unknown): boolean {
  if (name === 'theme') return value === 'system' || value === 'light' || value === 'dark';
  if (name === 'language') return isLanguageChoice(value);
  return name !== 'speakers' || SPEAKER_CHOICES.some((choice) => choice === value);
}

function readObject(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
