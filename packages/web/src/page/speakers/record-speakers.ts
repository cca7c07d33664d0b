import type { SpeakerCorrections } from '@auscult/client';
import { ask, posting } from '../server/ask.js';

/** Corrects who speaks in the record of a session that is over. */
export type CorrectRecord = (sessionId: string, corrections: SpeakerCorrections) => Promise<void>;

/** How often a server that is away is asked again, and the pause before, milliseconds. */
const TRIES = 20;
const PAUSE_MS = 3000;

/**
 * @param untilIn resolves when somebody is logged in again
 * @param onRefused called with what the server says if the record cannot be corrected
 */
export function createCorrectRecord(
  untilIn: (signal: AbortSignal) => Promise<void>,
  onRefused: (message: string) => void,
): CorrectRecord {
  return async (sessionId, corrections) => {
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await ask(`api/v1/sessions/${sessionId}/speakers`, posting(corrections));
      // A server that keeps no records has nothing to correct.
      if (answer.kind === 'ok' || (answer.kind === 'refused' && answer.status === 404)) return;
      if (answer.kind === 'refused' && answer.status === 401) await untilIn(new AbortController().signal);
      else if (answer.kind === 'refused' && answer.status < 500) return onRefused(answer.message);
      else
        await new Promise((resolve) => {
          setTimeout(resolve, PAUSE_MS);
        });
    }
    onRefused('The server cannot be reached, so its record does not have what you corrected.');
  };
}
