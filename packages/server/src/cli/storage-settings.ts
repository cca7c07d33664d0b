import { ANCHOR_SETTINGS } from '../audit/open-audit.js';
import type { Config } from '../config/schema.js';

/** The settings that say where the audit log is, and what seals it. */
export const AUDIT_SETTINGS = [
  'dataDirectory',
  'database',
  'masterKeyFile',
  'masterKeyCommand',
  ...ANCHOR_SETTINGS,
] as const satisfies readonly (keyof Config)[];

/** The settings that say where records are and what opens them. */
export const STORAGE_SETTINGS = [
  ...AUDIT_SETTINGS,
  'dataKeyCopy',
] as const satisfies readonly (keyof Config)[];
