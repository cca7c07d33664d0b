import { checkCallers } from './check-callers.js';
import { checkClients } from './check-clients.js';
import { checkUploads } from './check-uploads.js';
import type { Seen } from './history.js';

/** What must hold whatever breaks. */
export const PROMISES = [
  'acknowledged audio is in a final',
  'no audio is in two finals',
  'finals come in order, once',
  'the record is what clients were told',
  'no session is lost',
  'no recording is lost',
  'the audit log is whole',
  'no speech in the clear',
  'nothing is left over',
  'everything is answered in the end',
] as const;
export type Promised = (typeof PROMISES)[number];

/** A promise that was not kept. */
export interface Broken {
  readonly promise: Promised;
  /** Whose. */
  readonly who: string;
  readonly why: string;
}

/** Holds a history to the promises. */
export function checkHistory(seen: readonly Seen[]): readonly Broken[] {
  return [
    ...checkClients(seen),
    ...checkCallers(seen),
    ...checkUploads(seen),
    ...seen.flatMap(brokenByItself),
  ];
}

function brokenByItself(one: Seen): readonly Broken[] {
  switch (one.saw) {
    case 'audit':
      if (one.problems === 0) return [];
      return [
        { promise: 'the audit log is whole', who: one.server, why: `${String(one.problems)} problems` },
      ];
    case 'trace':
      return [{ promise: 'no speech in the clear', who: one.file, why: one.what }];
    case 'left':
      return [{ promise: 'nothing is left over', who: one.file, why: 'is still there' }];
    case 'unanswered':
      return [{ promise: 'everything is answered in the end', who: one.what, why: 'did not come in time' }];
    default:
      return [];
  }
}
