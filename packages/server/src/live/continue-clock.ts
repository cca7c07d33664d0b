import type { FinalHypothesis, LiveListener, SpokenSpan } from '@auscult/asr';

/** Where one of several streams of a channel begins, on the clock of the session. */
export interface StreamOrigin {
  /** Audio before it, seconds. */
  readonly seconds: number;
  /** Finals before it. */
  readonly finals: number;
}

/**
 * Listens to a stream that continues an earlier one of its channel: `listener` gets times and numbers as if both were one
 * stream. `onCounted` gets the finals so far, those of earlier streams included.
 */
export function continueClock(
  listener: LiveListener,
  { seconds, finals }: StreamOrigin,
  onCounted: (finals: number) => void,
): LiveListener {
  const placed = <Span extends { readonly sequence: number; readonly start: number; readonly end: number }>(
    span: Span,
  ): Span => ({
    ...span,
    sequence: finals + span.sequence,
    start: seconds + span.start,
    end: seconds + span.end,
  });
  return {
    ...listener,
    onFinal: (final) => {
      onCounted(finals + final.sequence + 1);
      listener.onFinal({ ...placed(final), words: later(final.words, seconds) });
    },
    onEmpty: (utterance) => listener.onEmpty?.(placed(utterance)),
    onPartial: (partial) => listener.onPartial?.(placed(partial)),
    onSpeech: ({ state, at }) => listener.onSpeech?.({ state, at: seconds + at }),
    onDropped: (words) => listener.onDropped?.(placed(words)),
    onSpeakers: ({ revised, settledSeconds, ...findings }) =>
      listener.onSpeakers?.({
        ...findings,
        revised: revised.map(placed),
        settledSeconds: seconds + settledSeconds,
      }),
    onLost: ({ start, end }) => listener.onLost?.({ start: seconds + start, end: seconds + end }),
    onTimes:
      listener.onTimes &&
      ((times) => listener.onTimes?.({ ...times, start: seconds + times.start, end: seconds + times.end })),
    traceOf: listener.traceOf && ((start, since) => listener.traceOf?.(seconds + start, since)),
  };
}

/** Spans on the clock of the session, as the stream counts them; without those that were in earlier streams. */
export function onStreamClock(
  spans: readonly SpokenSpan[],
  { seconds, finals }: StreamOrigin,
): readonly SpokenSpan[] {
  return spans
    .filter(({ sequence }) => sequence >= finals)
    .map((span) => ({
      ...span,
      sequence: span.sequence - finals,
      start: span.start - seconds,
      end: span.end - seconds,
    }));
}

function later(words: FinalHypothesis['words'], seconds: number): FinalHypothesis['words'] {
  if (seconds === 0) return words;
  return words.map((word) => ({ ...word, start: seconds + word.start, end: seconds + word.end }));
}
