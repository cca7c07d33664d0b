import { answerOf, type Answer } from '../../page/server/ask.js';
import { describeUnreachable } from './describe-refusal.js';

/** Fetches a file from the server, so that a refusal is told instead of being saved. */
export async function fetchFile(path: string): Promise<Answer<Blob>> {
  try {
    const response = await fetch(path);
    if (response.ok) return { kind: 'ok', body: await response.blob() };
    return answerOf<Blob>(response.status, await response.text(), response.headers.get('retry-after'));
  } catch {
    return { kind: 'unreachable', message: describeUnreachable() };
  }
}
