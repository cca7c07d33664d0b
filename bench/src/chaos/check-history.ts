import { checkCallers } from './check-callers.js';
import { checkClients } from './check-clients.js';
import { checkUploads } from './check-uploads.js';
import type { Seen } from './history.js';
import type { Broken } from './promises.js';

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
