import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { AudioHistory } from '../segment/audio-history.js';
import { createSegmenter, type Segmenter } from '../segment/segmenter.js';
import { VAD_FRAME_SAMPLES } from '../vad/hear-frames.js';
import type { VoiceActivity } from '../vad/voice-activity.js';
import type { LiveOptions } from './live-transcription.js';
import type { UtteranceRecognition } from './utterance-recognition.js';

/** Hears where in a stream there is speech, and has its utterances recognised. */
export interface UtteranceDetection {
  /** There is more in the history. It is heard later, never within this call. */
  readonly goOn: () => void;
  /** Ends the utterance where the stream stands. Resolves when all before is final, or the stream is closed. */
  readonly flush: () => Promise<void>;
  readonly close: () => void;
  /** Samples that voice activity has heard. */
  readonly heard: number;
  /** All audio before this sample belongs to utterances that have been handed over, or to none. */
  readonly settledBefore: number;
}

interface DetectionParts {
  readonly history: AudioHistory;
  readonly voice: VoiceActivity;
  readonly recognition: UtteranceRecognition;
  /** Called each time that more was heard. */
  readonly onHeard: () => void;
}

/** A request to end the utterance where the stream stood, and to say when all before is final. */
interface Boundary {
  readonly at: number;
  readonly resolve: () => void;
}

/** Starts at sample `from` of the history. What nobody needs any more of it is forgotten. */
export function createUtteranceDetection(
  options: Pick<LiveOptions, 'endpointingMs' | 'maxUtteranceSeconds'>,
  { history, voice, recognition, onHeard }: DetectionParts,
  from = 0,
): UtteranceDetection {
  const boundaries: Boundary[] = [];
  const probabilityIn = frameProbability(history, voice);
  let segmenter = newSegmenter(options, from);
  let heard = from;
  let closed = false;

  const hear = async (samples: number) => {
    const probability = await probabilityIn(heard, heard + samples);
    if (closed) return;
    heard += samples;
    recognition.follow(
      segmenter.push(probability, samples, recognition.endpointing),
      heard,
      segmenter.speaking,
    );
    history.forgetBefore(Math.min(segmenter.settledBefore, recognition.neededFrom ?? Infinity));
    onHeard();
  };

  const pass = async (boundary: Boundary, rest: number) => {
    if (rest > 0) await hear(rest);
    boundaries.shift();
    recognition.follow(segmenter.finish(), boundary.at);
    segmenter = newSegmenter(options, boundary.at);
    void recognition.settled().then(boundary.resolve);
  };

  const goOn = stepByStep(() => {
    if (closed) return undefined;
    const [boundary] = boundaries;
    const available = (boundary?.at ?? history.end) - heard;
    if (available >= VAD_FRAME_SAMPLES) return hear(VAD_FRAME_SAMPLES);
    return boundary && pass(boundary, available);
  });

  return {
    goOn,
    flush: () =>
      new Promise((resolve) => {
        boundaries.push({ at: Math.max(history.end, from), resolve });
        goOn();
      }),
    close: () => {
      closed = true;
      voice.close();
      for (const boundary of boundaries.splice(0)) boundary.resolve();
    },
    get heard() {
      return heard;
    },
    get settledBefore() {
      return segmenter.settledBefore;
    },
  };
}

/** Takes one step after another as long as there is a next. While it does, it is not begun a second time. */
function stepByStep(next: () => Promise<void> | undefined): () => void {
  let isGoing = false;
  const go = async () => {
    // Also when there is nothing to wait for: listeners are never called from within `push`.
    await Promise.resolve();
    for (let step = next(); step; step = next()) await step;
    isGoing = false;
  };
  return () => {
    if (isGoing) return;
    isGoing = true;
    void go();
  };
}

/** The probability of speech between two samples, a frame apart at most: a shorter piece is filled up with silence. */
function frameProbability(
  history: AudioHistory,
  voice: VoiceActivity,
): (from: number, to: number) => Promise<number> {
  const frame = new Float32Array(VAD_FRAME_SAMPLES);
  return (from, to) => {
    const audio = history.slice(from, to);
    for (let i = 0; i < VAD_FRAME_SAMPLES; i++) frame[i] = (audio[i] ?? 0) / 32_768;
    return voice.probability(frame, history.end - from > BEHIND);
  };
}

/** Audio that has come and is not heard yet, samples: 0.25 s are more than a message brings of live speech. */
const BEHIND = SAMPLE_RATE / 4;

function newSegmenter(
  options: Pick<LiveOptions, 'endpointingMs' | 'maxUtteranceSeconds'>,
  origin: number,
): Segmenter {
  return createSegmenter({
    endpointing: Math.round((options.endpointingMs / 1000) * SAMPLE_RATE),
    longest: Math.round(options.maxUtteranceSeconds * SAMPLE_RATE),
    origin,
  });
}
