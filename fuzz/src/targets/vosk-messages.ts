import { readVoskMessage } from '../../../packages/server/dist/compatibility/vosk/read-message.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';

/** Text frames of clients of Vosk. */
export const target: FuzzTarget = {
  longest: 32_768,
  allowed: usualTime,
  share: 0.3,
  prepare: () => (input) => {
    const message = readVoskMessage(input);
    if (message.kind === 'unreadable')
      mustHold(
        JSON.stringify(message.problem).length < LONGEST_ANSWER,
        'an error does not grow with the message that it refuses',
      );
    if (message.kind !== 'config') return;
    const { wishes, warnings } = message.config;
    mustHold(warnings.length < MOST_WARNINGS, 'warnings do not grow with the message');
    mustHold(
      wishes.sampleRate === undefined || Number.isInteger(wishes.sampleRate),
      'a sample rate that is taken is a whole number',
    );
  },
};

/** Characters. */
const LONGEST_ANSWER = 4096;

const MOST_WARNINGS = 50;
