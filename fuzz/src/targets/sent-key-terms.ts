import { parseClientMessage } from '@auscult/protocol';
import { acceptKeyTerms } from '../../../packages/server/dist/key-terms/accept-key-terms.js';
import type { FuzzTarget } from '../target.js';

/** Key terms of `configure`, up to the ones that are listened for. The input is their list. */
export const target: FuzzTarget = {
  longest: 32_768,
  allowed: { ms: 20, msPerKiB: 1 },
  prepare: () => (input) => {
    const result = parseClientMessage(`{"type":"configure","keyterms":${input.toString()}}`);
    if (!result.ok || result.message.type !== 'configure') return;
    acceptKeyTerms(result.message.keyterms ?? [], [{ text: 'metoprolol' }], 'en');
  },
};
