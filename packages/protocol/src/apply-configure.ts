import type { ConfigureMessage } from './client-messages.js';
import { sessionSettings, type SessionSettings } from './recognition-settings.js';

/** The settings that a client changes; fields that are left out stay as they are. */
export type SettingsChange = Omit<ConfigureMessage, 'type' | 'keyterms' | 'continues'>;

/** The settings after a `configure` message: fields that it leaves out stay as they are. */
export function applyConfigure(
  settings: SessionSettings,
  configure: SettingsChange & Partial<Pick<ConfigureMessage, 'type'>>,
): SessionSettings {
  const changed = Object.keys(sessionSettings.shape).map((name) => {
    const setting = name as keyof SessionSettings;
    return [setting, changedValue(settings[setting], configure[setting])];
  });
  return Object.fromEntries(changed) as SessionSettings;
}

/** The new value of a setting. If the setting has parts, those that were not asked for stay as they are. */
function changedValue(now: unknown, asked: unknown): unknown {
  const hasParts = typeof now === 'object' && !Array.isArray(now);
  return hasParts && typeof asked === 'object' ? { ...now, ...asked } : (asked ?? now);
}
