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
      mustHold(again.ok, 'an accepted message is accepted again');
    } else {
      mustHold(
        JSON.stringify(result.error).length < LONGEST_ANSWER,
        'an error does not grow with the message that it refuses',
      );
    }
  },
};

/** Characters. */
const LONGEST_ANSWER = 4096;
