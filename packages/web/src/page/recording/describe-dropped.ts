import type { DroppedWords } from '@auscult/client';
import { msg } from '@lit/localize';

/** Why words that were shown are gone, in words for people; a reason that the page does not know stays as it is. */
export function describeDropped({ reason, message }: Pick<DroppedWords, 'reason' | 'message'>): string {
  return SENTENCES[reason]?.() ?? message;
}

/** Sentences for people, by the reason that the server gives to programs. */
const SENTENCES: Readonly<Partial<Record<string, () => string>>> = {
  faint: () => msg('That was too faint to be speech.'),
  inaudible: () => msg('There was nothing to understand. Say it again if it was meant for the text.'),
  invented: () => msg('That was likelier noise than speech.'),
  repetition: () => msg('The same word kept coming, so the rest was recognised again. Check the last line.'),
  endless: () => msg('Part of that was hard to make out, so it was recognised again. Check the last line.'),
  unconfirmed: () => msg('Some of these words could not be heard again. Check the last line.'),
  retracted: () => msg('Taken back.'),
};
