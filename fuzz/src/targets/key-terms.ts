import { keyTermLimits } from '@auscult/asr';
import { parseKeyTerms } from '../../../packages/server/dist/key-terms/parse-key-terms.js';
import { mustHold, unlessRefused, usualTime, type FuzzTarget } from '../target.js';

/** Files of key terms. */
export const target: FuzzTarget = {
  longest: 16_384,
  allowed: usualTime,
  prepare: () => (input) => {
    const terms = unlessRefused(['ConfigError'], () => parseKeyTerms(input, 'terms.txt'));
    for (const { text, soundsLike = [] } of terms ?? []) {
      mustHold(
        text.length > 0 && text.length <= keyTermLimits.characters,
        'a term keeps the limit of its length',
      );
      mustHold(soundsLike.length <= keyTermLimits.soundsLike, 'a term keeps the limit of its spoken forms');
    }
  },
};
