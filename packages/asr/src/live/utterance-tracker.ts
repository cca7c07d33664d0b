import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { SegmentEvent } from '../segment/segmenter.js';
import type { EndedUtterance } from './ended-utterance.js';
import { isTooFaint, type UtteranceEvidence } from './invention-gate.js';
import type { LiveListener, LiveOptions } from './live-transcription.js';
import type { SentenceEnd } from './sentence-end.js';
import { openUtterance, type OpenUtterance, type OpenUtteranceServices } from './open-utterance.js';
import type { SpeculativeFinal } from './speculative-final.js';

/** Opens and ends the utterances of a stream as the segmenter finds them, one at a time. */
export interface UtteranceTracker {
  /** Takes what the segmenter found next. */
  follow(event: SegmentEvent): void;
  /** Asks for a partial of the audio up to sample `heard`. */
  listen(heard: number): void;
  /** Gives it up. */
  drop(): void;
  /** Its first sample. */
  readonly start: number | undefined;
  /** Samples of silence that end it in the pause that it has come to, if its words tell. */
  readonly endpointing: number | undefined;
}

/** What open utterances use, and who takes them when they have ended. */
export interface UtteranceTrackerServices extends OpenUtteranceServices {
  readonly listener: Pick<LiveListener, 'onSpeech'>;
  /** Whether a worker is free for a final that may not be wanted. */
  readonly mayDecodeAhead: () => boolean;
  /** Called with the first sample of each utterance. */
  readonly onStarted?: ((start: number) => void) | undefined;
  readonly onEnded: (utterance: EndedUtterance) => void;
}

/** Follows a stream in which nobody has spoken yet. */
export function createUtteranceTracker(
  options: Pick<LiveOptions, 'contextSeconds' | 'partials' | 'endpointingMs' | 'endpointSentences'>,
  { listener, mayDecodeAhead, onStarted, onEnded, ...services }: UtteranceTrackerServices,
): UtteranceTracker {
  const speech = tellSpeech(listener);
  let open: OpenUtterance | undefined;

  const end = ({ start, end, reason, voiced, peak, probabilities }: SegmentEvent & { kind: 'ended' }) => {
    const evidence: UtteranceEvidence = { voicedSeconds: voiced / SAMPLE_RATE, peak };
    const ended = open;
    open = undefined;
    const ahead = ended && finalAhead(ended, end, isTooFaint(evidence), options);
    speech.ended(end, reason === 'longest');
    const { heard = { tokens: [], end: start }, shown = [] } = ended ?? {};
    onEnded({ start, end, ahead, heard, shown, reason, probabilities, ...evidence });
  };

  return {
    follow(event) {
      switch (event.kind) {
        case 'started':
          onStarted?.(event.start);
          open = openUtterance(event.start, services);
          speech.started(event.start);
          break;
        case 'paused':
          if (open && mayDecodeAhead()) open.decodeAhead(event.end);
          break;
        case 'resumed':
          open?.resume();
          break;
        case 'ended':
          end(event);
          break;
      }
    },
    listen(heard) {
      open?.listen(heard);
    },
    drop() {
      open?.drop();
    },
    get start() {
      return open?.start;
    },
    get endpointing() {
      return open?.sentenceEnd && silenceAfter(open.sentenceEnd, options);
    },
  };
}

/** The final of an utterance that has ended at sample `end`, where its decoding has begun or can begin at once. */
function finalAhead(
  ended: OpenUtterance,
  end: number,
  tooFaint: boolean,
  { contextSeconds, partials }: Pick<LiveOptions, 'contextSeconds' | 'partials'>,
): SpeculativeFinal | undefined {
  const ahead = ended.finish(end);
  if (tooFaint) {
    ahead?.drop();
    return undefined;
  }
  // Without context, no utterance has to wait for the one before.
  const isAlone = contextSeconds === 0 && !partials;
  return ahead ?? (isAlone ? ended.decodeAhead(end) : undefined);
}

/**
 * The silence that ends an utterance after such words, samples; undefined for the usual one. A finished sentence ends
 * early; one that hangs waits for longer, since it would be cut in the middle.
 */
function silenceAfter(
  sentence: SentenceEnd,
  { endpointingMs, endpointSentences }: Pick<LiveOptions, 'endpointingMs' | 'endpointSentences'>,
): number | undefined {
  if (endpointSentences !== true || sentence === 'unclear') return undefined;
  return ((endpointingMs * PATIENCE[sentence]) / 1000) * SAMPLE_RATE;
}

/** The share of the usual silence after a complete sentence and after one that hangs. Not tuned: see docs/decisions/0085. */
const PATIENCE = { complete: 0.5, hanging: 1.8 } as const;

/** Tells when speech begins and ends, in samples. Where an utterance is cut within speech, the speech goes on. */
function tellSpeech(listener: Pick<LiveListener, 'onSpeech'>) {
  /** Whether the latest utterance was cut within speech, which the next continues. */
  let isCut = false;
  return {
    started(start: number) {
      if (!isCut) listener.onSpeech?.({ state: 'started', at: start / SAMPLE_RATE });
      isCut = false;
    },
    ended(end: number, cutWithin: boolean) {
      isCut = cutWithin;
      if (!isCut) listener.onSpeech?.({ state: 'ended', at: end / SAMPLE_RATE });
    },
  };
}
