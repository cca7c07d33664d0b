import { open, seal } from '../../../packages/server/dist/records/seal.js';
import { mustHold, unlessRefused, usualTime, type FuzzTarget } from '../target.js';

/** Encrypted values of the database. The first byte chooses the place in the database that the rest is read as. */
export const target: FuzzTarget = {
  longest: 4_096,
  allowed: usualTime,
  prepare: () => {
    const key = Buffer.alloc(32, 1);
    return (input) => {
      const place = ['segments', input[0] ?? 0];
      const opened = unlessRefused(['RequestError'], () => open(key, input.subarray(1), place));
      mustHold(opened === undefined, 'what nobody sealed is not opened');
      const sealed = seal(key, input, place);
      mustHold(open(key, sealed, place).equals(input), 'what was sealed comes back');
      const at = (input[1] ?? 0) % sealed.length;
      sealed[at] = (sealed[at] ?? 0) ^ (1 << ((input[2] ?? 0) & 7));
      const altered = unlessRefused(['RequestError'], () => open(key, sealed, place));
      mustHold(altered === undefined, 'what was altered is not opened');
    };
  },
};
