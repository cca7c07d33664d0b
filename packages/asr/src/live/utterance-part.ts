import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { AudioHistory } from '../segment/audio-history.js';
import { quietestPlace } from '../segment/quietest-place.js';
import type { EndedUtterance } from './ended-utterance.js';

/**
 * The part of an utterance between two times, seconds of the stream, with its share of the voice. It is cut at the
 * quietest places nearby, between words if there is one between words; at the ends of the utterance if a time is absent.
 */
export function partBetween(
  utterance: EndedUtterance,
  { from, to }: { readonly from: number | undefined; readonly to: number | undefined },
  history: AudioHistory,
): EndedUtterance {
  const start = from === undefined ? utterance.start : quietestNear(from, utterance, history);
  const end = to === undefined ? utterance.end : quietestNear(to, utterance, history);
  const share = Math.max(0, end - start) / (utterance.end - utterance.start);
  return {
    ...utterance,
    start,
    end: Math.max(start, end),
    ahead: undefined,
    voicedSeconds: utterance.voicedSeconds * share,
  };
}

function quietestNear(seconds: number, { start, end }: EndedUtterance, history: AudioHistory): number {
  const place = Math.min(end, Math.max(start, Math.round(seconds * SAMPLE_RATE)));
  const first = Math.max(start, place - NEAR);
  return first + quietestPlace(history.slice(first, Math.min(end, place + NEAR)));
}

/** How far around a place a quiet one is looked for, samples: 0.15 s. */
const NEAR = 2_400;
