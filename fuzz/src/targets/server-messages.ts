import { parseServerMessage } from '../../../packages/client/dist/connection/parse-server-message.js';
import type { FuzzTarget } from '../target.js';

/** Text frames of servers. No content may break the page that receives it. */
export const target: FuzzTarget = {
  longest: 65_536,
  allowed: { ms: 5, msPerKiB: 0.25 },
  prepare: () => (input) => {
    parseServerMessage(input.toString());
  },
};
