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
      mustHold(opened === undefined, 'bytes that were not sealed are not opened');
      const sealed = seal(key, input, place);
      mustHold(open(key, sealed, place).equals(input), 'sealed bytes are opened unchanged');
      const at = (input[1] ?? 0) % sealed.length;
      sealed[at] = (sealed[at] ?? 0) ^ (1 << ((input[2] ?? 0) & 7));
      const altered = unlessRefused(['RequestError'], () => open(key, sealed, place));
      mustHold(altered === undefined, 'altered bytes are not opened');
    };
  },
};
