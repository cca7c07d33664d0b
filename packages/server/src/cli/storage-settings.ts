import type { Config } from '../config/schema.js';

/** The settings that say where records are and what opens them. */
export const STORAGE_SETTINGS = [
  'dataDirectory',
  'database',
  'masterKeyFile',
  'masterKeyCommand',
  'auditAnchor',
  'dataKeyCopy',
] as const satisfies readonly (keyof Config)[];
