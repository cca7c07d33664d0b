import { readWhisperLiveOptions } from '../../../packages/server/dist/compatibility/whisper-live/read-options.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';

/** First messages of clients of WhisperLive. */
export const target: FuzzTarget = {
  longest: 32_768,
  allowed: usualTime,
  share: 0.3,
  prepare: () => (input) => {
    const options = readWhisperLiveOptions(input);
    if (!options.ok) {
      mustHold(
        JSON.stringify(options.problem).length < LONGEST_ANSWER,
        'an error does not grow with the message that it refuses',
      );
      return;
    }
    const { uid, wishes, warnings } = options;
    mustHold(JSON.parse(JSON.stringify(uid)) === uid, 'a client recognises its own name');
    mustHold(warnings.length < MOST_WARNINGS, 'warnings do not grow with the message');
    const { mostSegments = 1 } = wishes;
    mustHold(mostSegments >= 1 && mostSegments <= 100, 'a list holds the newest final, and not all of them');
  },
};

/** Characters. */
const LONGEST_ANSWER = 4096;

const MOST_WARNINGS = 50;
