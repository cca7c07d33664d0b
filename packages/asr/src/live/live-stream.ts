import { decodePcm } from '../audio/pcm.js';
import type { CreateResampler, Resampler } from '../audio/resample.js';
import { requireStreamSampleRate, SAMPLE_RATE } from '../audio/sample-rate.js';
import { createAudioHistory } from '../segment/audio-history.js';
import { createSegmenter, type Segmenter } from '../segment/segmenter.js';
import { SpeechError } from '../speech-error.js';
import { VAD_FRAME_SAMPLES, type VoiceActivity } from '../vad/voice-activity.js';
import type { LiveListener, LiveOptions, LiveTranscription } from './live-transcription.js';
import { createSpeakingPace } from './speaking-pace.js';
import { createUtteranceRecognition } from './utterance-recognition.js';
import type { UtteranceServices } from './utterance-services.js';

/** The services that a live stream uses. */
export interface LiveStreamServices extends UtteranceServices {
  readonly createResampler: CreateResampler;
  readonly voice: VoiceActivity;
  /** Called once when the stream is closed. */
  readonly onClose: () => void;
}

/** A request to end the utterance where the stream stood, and to tell when all audio before it is final. */
interface Boundary {
  readonly at: number;
  readonly resolve: () => void;
}

/**
 * So much audio that has come and is not heard yet means that the stream is behind, samples: 0.25 s is more than a
 * message of live speech holds.
 */
const BEHIND = SAMPLE_RATE / 4;

/** Opens a stream: PCM → 16 kHz → voice activity → utterances → recognition. */
export function openLiveStream(
  options: LiveOptions,
  listener: LiveListener,
  services: LiveStreamServices,
): LiveTranscription {
  requireStreamSampleRate(options.sampleRate);
  const history = createAudioHistory();
  const pace = createSpeakingPace();
  const recognition = createUtteranceRecognition(options, history, listener, services, pace);
  const boundaries: Boundary[] = [];
  const frame = new Float32Array(VAD_FRAME_SAMPLES);
  let inputRate = options.sampleRate;
  let resampler: Resampler = services.createResampler(inputRate);
  let segmenter = newSegmenter(options, 0);
  /** Samples that voice activity has heard. */
  let heard = 0;
  let pumping = false;
  let closed = false;

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    // Even when there is nothing to wait for, since listeners are never called from within `push`.
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
    const probability = await services.voice.probability(frame, behind);
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

  const take = (samples: Float32Array) => {
    history.append(samples);
    listener.onAudio?.(samples);
  };

  const changeRate = (rate: number) => {
    requireStreamSampleRate(rate);
    take(resampler.flush());
    resampler.close();
    resampler = services.createResampler(rate);
    inputRate = rate;
  };

  return {
    push(pcm, sampleRate) {
      if (closed) throw new SpeechError('closed', 'The stream is closed.', 'Open a new one.');
      if (sampleRate !== undefined && sampleRate !== inputRate) changeRate(sampleRate);
      const [samples] = decodePcm(pcm, options.encoding);
      if (samples) take(resampler.process(samples));
      pace.took(history.end / SAMPLE_RATE);
      void pump();
    },
    flush() {
      if (closed) return Promise.resolve();
      take(resampler.flush());
      return new Promise((resolve) => {
        boundaries.push({ at: history.end, resolve });
        void pump();
      });
    },
    close() {
      if (closed) return;
      closed = true;
      resampler.close();
      services.voice.close();
      recognition.close();
      for (const boundary of boundaries.splice(0)) boundary.resolve();
      services.onClose();
    },
    get receivedSeconds() {
      return history.end / SAMPLE_RATE;
    },
    get settledSeconds() {
      return Math.min(segmenter.settledBefore, recognition.unsettledFrom ?? Infinity) / SAMPLE_RATE;
    },
    get pendingSeconds() {
      return recognition.pendingSeconds + (history.end - heard) / SAMPLE_RATE;
    },
    get speechSeconds() {
      return recognition.speechSeconds;
    },
  };
}

function newSegmenter(options: LiveOptions, origin: number): Segmenter {
  return createSegmenter({
    endpointing: Math.round((options.endpointingMs / 1000) * SAMPLE_RATE),
    longest: Math.round(options.maxUtteranceSeconds * SAMPLE_RATE),
    origin,
  });
}
