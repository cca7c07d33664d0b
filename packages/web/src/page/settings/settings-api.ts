import { ask, putting, type Answer } from '../server/ask.js';
import type { Settings } from './settings.js';

/** The settings that follow a person from browser to browser; others belong to one device. */
export const FOLLOWING = [
  'language',
  'theme',
  'echoCancellation',
  'noiseSuppression',
  'autoGainControl',
  'speakers',
  'firstName',
  'secondName',
  'writtenForm',
  'dictationCommands',
  'showSpoken',
  'markUnsure',
] as const satisfies readonly (keyof Settings)[];

/** Settings that follow a person. */
export type FollowingSettings = Pick<Settings, (typeof FOLLOWING)[number]>;

/** What the server has of them. */
export interface StoredSettings {
  /** Counts the changes; 0 before the first. */
  readonly version: number;
  readonly settings: Partial<FollowingSettings>;
}

const PATH = 'api/v1/account/settings';

export function readSettings(): Promise<Answer<StoredSettings>> {
  return ask(PATH);
}

/** Replaces those of this version. */
export function replaceSettings(
  version: number,
  settings: FollowingSettings,
): Promise<Answer<StoredSettings>> {
  return ask(PATH, putting({ version, settings }));
}
