import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { AudioHistory } from '../segment/audio-history.js';
import type { TokenText } from '../text/token-text.js';
import type { EndedUtterance, HearUtterance } from './ended-utterance.js';
import { insertWords } from './insert-words.js';
import { isDoubtful, isInvented, isSurelyHeard } from './invention-gate.js';
import { missingWords, type MissingWords } from './missing-words.js';
import type { StreamText } from './stream-text.js';
import { uncoveredVoice } from './uncovered-voice.js';
import { partBetween } from './utterance-part.js';

/** A hypothesis to which words were added that it lacked. */
export interface CompletedHypothesis {
  readonly result: RecognitionResult;
  /** Whether it still has fewer words than partials showed, although they were listened for. */
  readonly lacksShown: boolean;
}

/** The services that completing a hypothesis uses. */
export interface CompletionServices {
  readonly hear: HearUtterance;
  readonly history: AudioHistory;
  readonly text: StreamText;
  readonly textOf: (token: number) => TokenText;
}

/**
 * Listens by itself to what of the voice a hypothesis has no words for, and to the places where it has fewer words than
 * partials showed, and adds what is heard there.
 */
export async function completeHypothesis(
  utterance: EndedUtterance,
  result: RecognitionResult,
  services: CompletionServices,
): Promise<CompletedHypothesis> {
  if (isInvented(result, utterance)) return { result, lacksShown: false };
  let whole = result;
  // From the end on, so that the places of tokens before stay what they are.
  for (const place of uncoveredVoice(utterance, result).reverse())
    whole = await hearPlace(utterance, whole, place, services);
  const missing = missingFrom(whole, utterance, services);
  for (const { from, to, token } of [...missing].reverse())
    if (token !== undefined) whole = await hearPlace(utterance, whole, { from, to, token }, services);
  const left = missing.length > 0 ? missingFrom(whole, utterance, services) : [];
  if (left.length === 0) return { result: whole, lacksShown: false };
  return hearAlone(utterance, whole, left, services);
}

function missingFrom(
  result: RecognitionResult,
  { shown }: EndedUtterance,
  { text }: CompletionServices,
): readonly MissingWords[] {
  return missingWords(shown, text.spell(result), result);
}

/** Where a hypothesis may lack words, and the token before which they belong. */
interface PlaceToHear {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly token: number;
}

async function hearPlace(
  utterance: EndedUtterance,
  whole: RecognitionResult,
  place: PlaceToHear,
  { hear, history, textOf }: CompletionServices,
): Promise<RecognitionResult> {
  const heard = await hear(partBetween(utterance, place, history), 'alone');
  if (heard?.stopped !== 'end' || !isSurelyHeard(heard)) return whole;
  return insertWords(whole, place.token, heard, textOf) ?? whole;
}

/** Hears all of it without its context, and takes that if it has more of the words that were shown. */
async function hearAlone(
  utterance: EndedUtterance,
  whole: RecognitionResult,
  missing: readonly MissingWords[],
  services: CompletionServices,
): Promise<CompletedHypothesis> {
  const heard = await services.hear(utterance, 'alone');
  if (!heard || isDoubtful(heard, utterance) || !isSurelyHeard(heard))
    return { result: whole, lacksShown: true };
  const left = missingFrom(heard, utterance, services);
  return countOf(left) < countOf(missing)
    ? { result: heard, lacksShown: left.length > 0 }
    : { result: whole, lacksShown: true };
}

function countOf(missing: readonly MissingWords[]): number {
  return missing.reduce((sum, { count }) => sum + count, 0);
}
