import type { Permissions } from './permissions.js';

/** The parts of the console, in the order in which they are offered. */
export const SECTIONS = [
  'sessions',
  'live',
  'audit',
  'people',
  'keys',
  'retention',
  'terms',
  'health',
] as const;
export type Section = (typeof SECTIONS)[number];

/** The action of the server's table of permissions without which a part has nothing to show. */
const NEEDED: Readonly<Record<Section, string>> = {
  sessions: 'record.list',
  live: 'session.watch',
  audit: 'audit.read',
  people: 'user.list',
  keys: 'key.list',
  retention: 'retention.read',
  terms: 'key-terms.read',
  health: 'health.details',
};

/** The parts that somebody with these permissions has. */
export function sectionsOf({ may }: Permissions): readonly Section[] {
  return SECTIONS.filter((section) => may(NEEDED[section]));
}
