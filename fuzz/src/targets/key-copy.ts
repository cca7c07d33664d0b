import { readKeyCopy } from '../../../packages/server/dist/records/key-copies/key-copy.js';
import { scratchFile } from '../scratch.js';
import { mustHold, unlessRefusedLater, usualTime, type FuzzTarget } from '../target.js';

/** Copies of the keys of records. */
export const target: FuzzTarget = {
  longest: 16_384,
  allowed: usualTime,
  prepare: () => {
    const write = scratchFile();
    return async (input) => {
      const copy = await unlessRefusedLater(['ConfigError'], () => readKeyCopy(write(input)));
      for (const id of copy?.destroyed ?? [])
        mustHold(copy?.keys.has(id) === false, 'a key copy holds no destroyed key');
    };
  },
};
