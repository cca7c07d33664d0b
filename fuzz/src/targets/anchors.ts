import { readAnchors } from '../../../packages/server/dist/audit/anchor.js';
import { scratchFile } from '../scratch.js';
import { unlessRefusedLater, usualTime, type FuzzTarget } from '../target.js';

/** Files with the anchors of the audit log. */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: usualTime,
  prepare: () => {
    const write = scratchFile();
    return async (input) => {
      await unlessRefusedLater(['ConfigError'], () => readAnchors(write(input)));
    };
  },
};
