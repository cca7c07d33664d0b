import type { Problem, SpeakerCorrections } from '@auscult/client';
import type { AskServer } from '../shared-recording/ask-server.js';
import { askRecord } from './ask-record.js';

/**
 * Corrects who speaks in the record of a session that is over. Words are counted in what was heard, whatever has become of its
 * text since.
 *
 * @param tell told why the record cannot be corrected
 */
export async function correctSpeakers(
  ask: AskServer,
  sessionId: string,
  { assign, ...others }: SpeakerCorrections,
  tell: (problem: Problem) => void,
): Promise<void> {
  const body = { ...others, ...(assign && { assign: assign.map((each) => ({ ...each, version: 1 })) }) };
  const answer = await askRecord(ask, `api/v1/sessions/${sessionId}/speakers`, body, () => false);
  // A server that keeps no records has nothing to correct.
  if (answer.kind === 'refused' && answer.status !== 404) tell(answer);
}
