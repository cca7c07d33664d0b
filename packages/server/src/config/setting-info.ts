import { z } from 'zod';

/** What people need to know about a setting besides its type and bounds. */
export interface SettingInfo {
  /** What the setting does, one or two sentences. */
  readonly description: string;
  /** Unit of the value, such as `seconds`; left out if there is none. */
  readonly unit?: string;
  /** The default in words, if it depends on the machine. */
  readonly defaultText?: string;
  /** Whether a value may hold a password or a key, so that it is written nowhere. */
  readonly isSecret?: true;
}

/** Holds the {@link SettingInfo} of every setting of the configuration. */
export const settingInfo = z.registry<SettingInfo>();
