import type { Problem, TranscriberState } from '@auscult/client';
import type { Messages } from '../messages/en.js';

/** A state in words. */
export function describeState(state: TranscriberState, messages: Messages): string {
  switch (state.kind) {
    case 'reconnecting':
      return state.reason === 'unauthorized' ? messages.loggedOut : messages.reconnecting;
    case 'microphone-lost':
      return messages.microphoneLost;
    default:
      return messages[state.kind];
  }
}

/** What went wrong and what to do, in the language of the messages where they have a sentence for it. */
export function describeProblem({ code, message }: Problem, { problems }: Messages): string {
  return problems?.[code] ?? message;
}
