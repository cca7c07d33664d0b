import { parseClientMessage } from '@auscult/protocol';
import { mustHold, type FuzzTarget } from '../target.js';

/** Text frames of clients. */
export const target: FuzzTarget = {
  longest: 65_536,
  allowed: { ms: 5, msPerKiB: 0.25 },
  prepare: () => (input) => {
    const result = parseClientMessage(input.toString());
    if (result.ok) {
      const again =
        result.message.type === 'audio' ? result : parseClientMessage(JSON.stringify(result.message));
      mustHold(again.ok, 'what was taken is taken again');
    } else {
      mustHold(
        JSON.stringify(result.error).length < LONGEST_ANSWER,
        'an answer does not grow with what it refuses',
      );
    }
  },
};

/** Characters. */
const LONGEST_ANSWER = 4096;
