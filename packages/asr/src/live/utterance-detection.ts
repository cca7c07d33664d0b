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
}

/** A request to end the utterance where the stream stood, and to say when all before is final. */
interface Boundary {
  readonly at: number;
  readonly resolve: () => void;
}

/** Audio that has come and is not heard yet, samples: 0.25 s are more than a message brings of live speech. */
const BEHIND = SAMPLE_RATE / 4;

/** Starts at the beginning of the history. What nobody needs any more of it is forgotten. */
export function createUtteranceDetection(
  options: Pick<LiveOptions, 'endpointingMs' | 'maxUtteranceSeconds'>,
  { history, voice, recognition }: DetectionParts,
): UtteranceDetection {
  const boundaries: Boundary[] = [];
  const frame = new Float32Array(VAD_FRAME_SAMPLES);
  let segmenter = newSegmenter(options, 0);
  let heard = 0;
  let pumping = false;
  let closed = false;

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    // Also when there is nothing to wait for: listeners are never called from within `push`.
    await Promise.resolve();
    while (!closed) {
      const boundary = boundaries[0];
      const available = (boundary?.at ?? history.end) - heard;
      if (available >= VAD_FRAME_SAMPLES) await hear(VAD_FRAME_SAMPLES);
      else if (boundary) await pass(boundary, available);
      else break;
    }
    pumping = false;
  };

  const hear = async (samples: number) => {
    const audio = history.slice(heard, heard + samples);
    for (let i = 0; i < VAD_FRAME_SAMPLES; i++) frame[i] = (audio[i] ?? 0) / 32_768;
    const behind = history.end - heard > BEHIND;
    const probability = await voice.probability(frame, behind);
    if (closed) return;
    heard += samples;
    recognition.follow(segmenter.push(probability, samples), heard, segmenter.speaking);
    forget();
  };

  const pass = async (boundary: Boundary, rest: number) => {
    if (rest > 0) await hear(rest);
    boundaries.shift();
    recognition.follow(segmenter.finish(), boundary.at);
    segmenter = newSegmenter(options, boundary.at);
    void recognition.settled().then(boundary.resolve);
  };

  const forget = () => {
    history.forgetBefore(Math.min(segmenter.settledBefore, recognition.neededFrom ?? Infinity));
  };

  return {
    goOn: () => {
      void pump();
    },
    flush: () =>
      new Promise((resolve) => {
        boundaries.push({ at: history.end, resolve });
        void pump();
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
