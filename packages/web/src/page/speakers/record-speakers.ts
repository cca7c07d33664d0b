import type { SpeakerCorrections } from '@auscult/client';
import { msg } from '@lit/localize';
import { ask, posting } from '../server/ask.js';

/** Corrects who speaks in the record of a session that is over. */
export type CorrectRecord = (sessionId: string, corrections: SpeakerCorrections) => Promise<void>;

/** How often a server that is away is asked again, and the pause before, milliseconds. */
const TRIES = 20;
const PAUSE_MS = 3000;

interface CorrectRecordParts {
  /** Resolves when somebody is logged in again. */
  readonly untilIn: (signal: AbortSignal) => Promise<void>;
  /** To whom the content of the page belongs: nobody else corrects what they have recorded. */
  readonly owner: () => string | undefined;
  /** Called with a sentence for people if the record cannot be corrected. */
  readonly onRefused: (message: string) => void;
}

export function createCorrectRecord({ untilIn, owner, onRefused }: CorrectRecordParts): CorrectRecord {
  return async (sessionId, corrections) => {
    const corrector = owner();
    for (let tries = 0; tries < TRIES && owner() === corrector; tries++) {
      const answer = await ask(`api/v1/sessions/${sessionId}/speakers`, posting(corrections));
      // A server that keeps no records has nothing to correct.
      if (answer.kind === 'ok' || (answer.kind === 'refused' && answer.status === 404)) return;
      if (answer.kind === 'refused' && answer.status !== 401 && answer.status < 500) {
        onRefused(answer.message);
        return;
      }
      if (answer.kind === 'refused' && answer.status === 401) await untilIn(new AbortController().signal);
      else await pause();
    }
    if (owner() !== corrector) return;
    onRefused(msg('The server cannot be reached, so its record does not have what you corrected.'));
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}
