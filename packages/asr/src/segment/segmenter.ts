import { VAD_FRAME_SAMPLES } from '../vad/hear-frames.js';

/** Why an utterance ended: a pause was long enough, it had become too long, or its end was asked for. */
export type UtteranceEnd = 'silence' | 'longest' | 'request';

/** When speech begins and ends, in samples at 16 kHz from the stream's start. */
export type SegmentEvent =
  /** Somebody has begun to speak; `start` lies before the voice by the pre-roll. */
  | { readonly kind: 'started'; readonly start: number }
  /** The voice has paused: unless it comes back, the utterance ends at `end`. */
  | { readonly kind: 'paused'; readonly end: number }
  /** The voice came back after a pause too short to end the utterance. */
  | { readonly kind: 'resumed' }
  /** The utterance is over. */
  | {
      readonly kind: 'ended';
      readonly start: number;
      readonly end: number;
      readonly reason: UtteranceEnd;
      /** Samples in frames that held a voice. */
      readonly voiced: number;
      /** The highest probability of speech among its frames. */
      readonly peak: number;
      /** The probabilities of speech of its frames, from its start. */
      readonly probabilities: readonly number[];
    };

/** What ends an utterance. */
export interface SegmenterOptions {
  /** Samples of silence that end an utterance. */
  readonly endpointing: number;
  /** Samples of the longest utterance. */
  readonly longest: number;
  /** The sample at which the first frame begins. */
  readonly origin: number;
}

/** Cuts a stream into utterances by the speech probabilities of its frames. */
export interface Segmenter {
  /**
   * Takes the next frame's probability of speech. Only the last frame before `finish` may have fewer samples.
   * `endpointing`: samples of silence that end the utterance now, if not those of the options.
   */
  push(probability: number, samples?: number, endpointing?: number): readonly SegmentEvent[];
  /** Ends the utterance in progress where the last frame ended. */
  finish(): readonly SegmentEvent[];
  /** Whether a voice was heard in the last 96 ms. */
  readonly speaking: boolean;
  /** No later utterance holds audio from before this sample. */
  readonly settledBefore: number;
}

/** A voice begins above the first probability and continues until it falls below the second (Silero's own hysteresis). */
export const VOICE_THRESHOLD = { begin: 0.5, goOn: 0.35 } as const;

/**
 * Audio before the first voiced frame and after the last that belongs to the utterance, samples: the network needs
 * some frames to be sure, and misses unvoiced consonants.
 */
const PADDING = { before: 4_800, after: 3_200 } as const;

/** The shortest pause that is reported to the caller, samples: 224 ms, longer than the gaps within most phrases. */
const PAUSE = 7 * VAD_FRAME_SAMPLES;

/** Gaps shorter than this count as speech, samples. */
const SPEAKING = 3 * VAD_FRAME_SAMPLES;

/** From this share of the longest utterance on, the pause that ends it shrinks, down to 160 ms. */
const IMPATIENT_FROM = 0.5;
const SHORTEST_PAUSE = 5 * VAD_FRAME_SAMPLES;

/**
 * An utterance of the longest length is cut within its last 1.6 s, since everything before the cut has waited for it,
 * at probabilities smoothed over 0.16 s.
 */
const CUT = { frames: 50, smoothing: 5 } as const;

/** Makes a segmenter. */
export function createSegmenter(options: SegmenterOptions): Segmenter {
  const { longest, origin } = options;
  const stream: Place = { position: origin, voiceEnd: origin, settled: origin, open: undefined };
  return {
    push(probability, samples = VAD_FRAME_SAMPLES, endpointing = options.endpointing) {
      const frameStart = stream.position;
      stream.position += samples;
      if (!stream.open)
        return probability < VOICE_THRESHOLD.begin
          ? NOTHING
          : [beginWithVoice(stream, frameStart, probability)];
      stream.open.probabilities.push(probability);
      // After silence, a voice must be as probable to resume as it must be to begin.
      const voiced =
        probability >= (stream.voiceEnd === frameStart ? VOICE_THRESHOLD.goOn : VOICE_THRESHOLD.begin);
      const events = voiced
        ? goOn(stream, stream.open)
        : keepSilent(stream, stream.open, { endpointing, longest });
      const cut = cutLongest(stream, longest);
      return cut.length === 0 ? events : [...events, ...cut];
    },
    finish: () => (stream.open ? [end(stream, stream.open, stream.position, 'request')] : NOTHING),
    get speaking() {
      return stream.open !== undefined && stream.position - stream.voiceEnd <= SPEAKING;
    },
    get settledBefore() {
      return stream.open?.start ?? Math.max(stream.settled, stream.position - PADDING.before);
    },
  };
}

/** Where a segmenter stands, in samples of the stream. */
interface Place {
  /** End of the latest frame. */
  position: number;
  /** End of the latest frame that held a voice. */
  voiceEnd: number;
  /** Where the latest utterance ended: the pre-roll of the next does not reach back past it. */
  settled: number;
  /** The utterance in progress. */
  open: Spoken | undefined;
}

/** An utterance in progress. */
interface Spoken {
  readonly start: number;
  /** Of its frames, numbered from its start. */
  readonly probabilities: number[];
  /** Whether it was told that the voice has paused. */
  paused: boolean;
}

function beginWithVoice(stream: Place, frameStart: number, probability: number): SegmentEvent {
  stream.voiceEnd = stream.position;
  const from = Math.max(stream.settled, frameStart - PADDING.before);
  // The frames of the pre-roll count as silence, so that frames are numbered from the start of the utterance.
  const silent = new Array<number>(Math.round((frameStart - from) / VAD_FRAME_SAMPLES)).fill(0);
  return begin(stream, from, [...silent, probability]);
}

function begin(stream: Place, start: number, probabilities: number[]): SegmentEvent {
  stream.open = { start, probabilities, paused: false };
  return { kind: 'started', start };
}

function end(
  stream: Place,
  { start, probabilities }: Spoken,
  at: number,
  reason: UtteranceEnd,
): SegmentEvent {
  const inside = probabilities.slice(0, Math.ceil((at - start) / VAD_FRAME_SAMPLES) + 1);
  stream.open = undefined;
  stream.settled = at;
  return {
    kind: 'ended',
    start,
    end: at,
    reason,
    voiced: inside.filter((probability) => probability >= VOICE_THRESHOLD.goOn).length * VAD_FRAME_SAMPLES,
    peak: Math.max(0, ...inside),
    probabilities: inside,
  };
}

/** The latest frame held a voice. */
function goOn(stream: Place, open: Spoken): readonly SegmentEvent[] {
  stream.voiceEnd = stream.position;
  if (!open.paused) return NOTHING;
  open.paused = false;
  return [{ kind: 'resumed' }];
}

type Patience = Pick<SegmenterOptions, 'endpointing' | 'longest'>;

/** The latest frame held no voice. */
function keepSilent(stream: Place, open: Spoken, patience: Patience): readonly SegmentEvent[] {
  const { position, voiceEnd } = stream;
  const silence = position - voiceEnd;
  // An utterance of the longest length may have been cut in this very pause, after the padding.
  const at = Math.max(open.start, Math.min(position, voiceEnd + PADDING.after));
  if (silence >= sufficientSilence(position - open.start, patience))
    return [end(stream, open, at, 'silence')];
  if (silence < PAUSE || open.paused) return NOTHING;
  open.paused = true;
  return [{ kind: 'paused', end: at }];
}

/**
 * How long a silence must be to end an utterance that is this long, both in samples. Near the longest length, a shorter
 * pause will do, so that no word is cut.
 */
function sufficientSilence(length: number, { endpointing, longest }: Patience): number {
  const patience = Math.min(1, (longest - length) / (longest * (1 - IMPATIENT_FROM)));
  return Math.max(Math.min(endpointing, SHORTEST_PAUSE), endpointing * patience);
}

/** Ends an utterance of the longest length at its quietest place, where the next begins. */
function cutLongest(stream: Place, longest: number): readonly SegmentEvent[] {
  const { open, position } = stream;
  if (!open || position - open.start < longest) return NOTHING;
  const frame = quietestFrame(open.probabilities);
  const at = Math.min(position, open.start + frame * VAD_FRAME_SAMPLES);
  return [end(stream, open, at, 'longest'), begin(stream, at, open.probabilities.slice(frame))];
}

/** Most frames bring no event: none of them takes memory. */
const NOTHING: readonly SegmentEvent[] = [];

/**
 * Where to cut an utterance of the longest length: the frame in its later part around which, on the average of a few
 * frames, speech is least likely.
 */
function quietestFrame(probabilities: readonly number[]): number {
  const { frames, smoothing } = CUT;
  const last = probabilities.length - smoothing;
  let best = probabilities.length;
  let lowest = Infinity;
  for (let frame = Math.max(Math.floor(last / 2), last - frames); frame <= last; frame++) {
    const sum = probabilities.slice(frame, frame + smoothing).reduce((total, value) => total + value, 0);
    if (sum > lowest) continue;
    lowest = sum;
    best = frame + Math.floor(smoothing / 2);
  }
  return best;
}
