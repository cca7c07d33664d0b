import { readAnchorLine } from '../../../packages/server/dist/audit/anchor.js';
import { usualTime, type FuzzTarget } from '../target.js';

/** Files with the anchors of the audit log, line by line. */
export const target: FuzzTarget = {
  longest: 8_192,
  // Each line that is not JSON costs an exception, and a line may be a byte long.
  allowed: { ...usualTime, msPerKiB: 5 },
  prepare: () => (input) => {
    for (const line of input.toString().split('\n')) readAnchorLine(line);
  },
};
