import { listKeyTerms } from '../../../packages/asr/dist/key-terms.js';
import { acceptKeyTerms } from '../../../packages/server/dist/key-terms/accept-key-terms.js';
import { readKeyTerms } from '../../../packages/server/dist/reading/client-text.js';
import type { FuzzTarget } from '../target.js';

const SHARED = listKeyTerms([{ text: 'metoprolol' }]);

/** Key terms of `configure`, from the list that a client sends, which is the input, to what the recognizer expects. */
export const target: FuzzTarget = {
  longest: 32_768,
  allowed: { ms: 20, msPerKiB: 1 },
  share: 0.3,
  prepare: () => (input) => {
    const reading = readKeyTerms(input.toString());
    if (reading.ok) acceptKeyTerms(reading.terms, SHARED, 'en');
  },
};
