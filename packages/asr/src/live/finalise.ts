import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { meanLogProbability } from '../decoding/search.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { AudioHistory } from '../segment/audio-history.js';
import { writeTerms } from '../terms/name-terms.js';
import { termsKeepMeaning } from '../text/kept-meaning/keeps-meaning.js';
import type { CarriedContext } from './carried-context.js';
import { completeHypothesis } from './complete-hypothesis.js';
import type { EndedUtterance, HearUtterance } from './ended-utterance.js';
import { hearRest } from './hear-rest.js';
import { isDoubtful, isInvented, likelier } from './invention-gate.js';
import type { DropReason, FinalHypothesis } from './live-transcription.js';
import type { StreamText } from './stream-text.js';
import { partBetween } from './utterance-part.js';
import type { FinalHearing, UtteranceServices } from './utterance-services.js';
import { voteOnResults } from './vote-on-results.js';
import { doubtWords } from './word-doubt.js';
import { placeWords } from './word-times.js';

/** What came of an utterance, and why words of it are in no final, or differ from those that were first heard. */
export type Finalised =
  | {
      readonly kind: 'final';
      readonly final: Omit<FinalHypothesis, 'sequence'>;
      readonly dropped: DropReason | undefined;
    }
  | { readonly kind: 'none'; readonly dropped: DropReason | undefined }
  /** It could not be recognised. */
  | { readonly kind: 'lost' };

/** What makes utterances final. */
export interface FinaliseServices extends Pick<UtteranceServices, 'textOf' | 'calibrated' | 'onHeard'> {
  readonly history: AudioHistory;
  readonly context: CarriedContext;
  readonly text: StreamText;
  readonly hear: HearUtterance;
}

/** Hears an utterance that has ended, a second time if the first is doubtful, and makes its final. */
export async function finalise(utterance: EndedUtterance, services: FinaliseServices): Promise<Finalised> {
  const { context, hear } = services;
  const first = (await utterance.ahead?.claim()) ?? (await hear(utterance, 'in-context'));
  if (!first) {
    context.reset();
    return { kind: 'lost' };
  }
  const { result, dropped, how } = await hearWell(utterance, first, services);
  const { result: whole, lacksShown } = await completeHypothesis(utterance, result, services);
  services.onHeard(whole === result ? how : 'completed');
  return finalOf(utterance, whole, dropped ?? (lacksShown ? 'unconfirmed' : undefined), services);
}

/** The best text of an utterance, and why another was discarded for it. */
interface WellHeard {
  readonly result: RecognitionResult;
  readonly dropped: DropReason | undefined;
  readonly how: FinalHearing;
}

async function hearWell(
  utterance: EndedUtterance,
  first: RecognitionResult,
  services: FinaliseServices,
): Promise<WellHeard> {
  if (isDoubtful(first, utterance)) {
    utterance.ahead?.drop();
    return { ...(await hearAgain(utterance, first, services)), how: 'again' };
  }
  const second = await utterance.ahead?.claimSecond();
  if (second?.stopped !== 'end' || isDoubtful(second, utterance))
    return { result: first, dropped: undefined, how: 'once' };
  const voted = voteOnResults(first, [second], (result) => services.text.spell(result));
  return { result: voted, dropped: undefined, how: 'voted' };
}

/** Hears it alone: the decoder may have been misled by the text before, or by where exactly the audio begins. */
async function hearAgain(
  utterance: EndedUtterance,
  first: RecognitionResult,
  services: FinaliseServices,
): Promise<{ readonly result: RecognitionResult; readonly dropped: DropReason | undefined }> {
  const chosen = likelier(first, await services.hear(utterance, 'alone'), utterance);
  if (chosen !== first || first.stopped !== 'end') services.context.reset();
  if (chosen.stopped !== 'end') {
    const dropped = chosen.stopped === 'repetition' ? 'repetition' : 'endless';
    return { result: await hearOn(utterance, chosen, services), dropped };
  }
  return { result: chosen, dropped: chosen !== first && first.tokens.length > 0 ? 'reheard' : undefined };
}

/** Hears the audio after a place where the decoder lost its way. */
async function hearOn(
  utterance: EndedUtterance,
  cut: RecognitionResult,
  { textOf, hear, history }: FinaliseServices,
): Promise<RecognitionResult> {
  if (isInvented(cut, utterance)) return cut;
  return hearRest(cut, {
    end: utterance.end / SAMPLE_RATE,
    textOf,
    async hear(seconds) {
      const rest = partBetween(utterance, { from: seconds, to: undefined }, history);
      const result = await hear(rest, 'alone');
      return result && !isInvented(result, { ...rest, peak: 0 }) ? result : undefined;
    },
  });
}

/**
 * The final of what was heard, or why there is none. Words that are not delivered at all are reported once, with the
 * reason that holds them back.
 */
function finalOf(
  utterance: EndedUtterance,
  result: RecognitionResult,
  dropped: DropReason | undefined,
  { context, text, calibrated }: FinaliseServices,
): Finalised {
  if (isInvented(result, utterance)) {
    context.reset();
    if (result.tokens.length > 0) return { kind: 'none', dropped: 'invented' };
    const wasHeard = utterance.heard.tokens.length > 0 || isDoubtful(result, utterance);
    return { kind: 'none', dropped: wasHeard ? 'inaudible' : dropped };
  }
  const start = utterance.start / SAMPLE_RATE;
  const end = utterance.end / SAMPLE_RATE;
  const language = text.languageOf(result);
  const spelled = text.spell(result);
  const named = writeTerms(spelled, result.terms);
  const isKept = !language.startsWith('en') || termsKeepMeaning(spelled, named);
  const written = text.cased(isKept ? named : spelled, result);
  const doubts = doubtWords(spelled, written, result, calibrated);
  const words = placeWords(written, result.heardAt, start, end).map((word, index) => ({
    ...word,
    ...doubts[index],
  }));
  // A pause cut out of speech may be decoded as a mere full stop.
  if (!words.some((word) => /[\p{L}\p{N}]/u.test(word.text)))
    return { kind: 'none', dropped: utterance.shown.length > 0 ? 'inaudible' : dropped };
  context.settle(utterance.start, result.tokens);
  const final = {
    text: text.settle(written),
    start,
    end,
    confidence: Math.exp(meanLogProbability(result)),
    words,
    language,
    reason: utterance.reason,
    ...(isKept ? {} : { rewriteStopped: true as const }),
  };
  return { kind: 'final', final, dropped };
}
