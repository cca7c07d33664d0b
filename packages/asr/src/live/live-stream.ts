import type { CreateResampler } from '../audio/resample.js';
import { SAMPLE_RATE } from '../audio/sample-rate.js';
import { createAudioHistory } from '../segment/audio-history.js';
import { createStreamSpeakers, type EmbedWindow } from '../speakers/stream-speakers.js';
import { SpeechError } from '../speech-error.js';
import type { VoiceActivity } from '../vad/voice-activity.js';
import type { LiveListener, LiveOptions, LiveTranscription } from './live-transcription.js';
import { createResampledInput } from './resampled-input.js';
import { createSpeakingPace } from './speaking-pace.js';
import type { StreamTerms } from './stream-terms.js';
import { createUtteranceDetection } from './utterance-detection.js';
import { createUtteranceRecognition } from './utterance-recognition.js';
import type { UtteranceServices } from './utterance-services.js';

/** The services that a live stream uses. */
export interface LiveStreamServices extends Omit<UtteranceServices, 'keyTerms'> {
  readonly createResampler: CreateResampler;
  readonly voice: VoiceActivity;
  readonly terms: StreamTerms;
  /** Embeds windows of the stream, by which speakers are told apart. */
  readonly embed: EmbedWindow;
  /** Called once when the stream is closed. */
  readonly onClose: () => void;
}

/** Opens a stream: PCM → 16 kHz → voice activity → utterances → recognition. */
export function openLiveStream(
  options: LiveOptions,
  listener: LiveListener,
  services: LiveStreamServices,
): LiveTranscription {
  const { terms } = services;
  const history = createAudioHistory();
  const continuedFrom = Math.round((options.continues?.fromSeconds ?? 0) * SAMPLE_RATE);
  const take = (samples: Float32Array): void => {
    const known = Math.max(0, continuedFrom - history.end);
    history.append(samples);
    if (known < samples.length) listener.onAudio?.(samples.subarray(known));
  };
  const input = createResampledInput(options, services.createResampler, take);
  const pace = createSpeakingPace();
  const speakers = createStreamSpeakers(options, { history, embed: services.embed, listener });
  const recognition = createUtteranceRecognition(
    options,
    history,
    listener,
    { ...services, keyTerms: terms.current },
    pace,
    speakers,
  );
  const detection = createUtteranceDetection(
    options,
    {
      history,
      voice: services.voice,
      recognition,
      onHeard: () => listener.onCaughtUp?.(),
    },
    continuedFrom,
  );
  const settledSeconds = (): number =>
    Math.min(detection.settledBefore, recognition.unsettledFrom ?? Infinity) / SAMPLE_RATE;
  let closed = false;

  const requireOpen = (): void => {
    if (closed) throw new SpeechError('closed', 'The stream is closed.', 'Open a new one.');
  };
  const goOn = (): void => {
    pace.took(history.end / SAMPLE_RATE);
    detection.goOn();
    terms.settled(settledSeconds());
  };

  return {
    push(pcm, sampleRate) {
      requireOpen();
      input.push(pcm, sampleRate);
      goOn();
    },
    pushSamples(samples) {
      requireOpen();
      take(samples);
      goOn();
    },
    flush() {
      if (closed) return Promise.resolve();
      input.flush();
      return detection.flush();
    },
    listenFor(keyTerms) {
      if (!closed) terms.replace(keyTerms, history.end / SAMPLE_RATE);
    },
    assignSpeakers(spans) {
      speakers?.assign(spans);
    },
    mergeSpeakers(from, into) {
      speakers?.merge(from, into);
    },
    speakerState: () => speakers?.state(),
    context: recognition.context,
    close() {
      if (closed) return;
      closed = true;
      input.close();
      detection.close();
      recognition.close();
      speakers?.close();
      terms.close();
      services.onClose();
    },
    get receivedSeconds() {
      return history.end / SAMPLE_RATE;
    },
    get settledSeconds() {
      return settledSeconds();
    },
    get pendingSeconds() {
      return recognition.pendingSeconds + Math.max(0, history.end - detection.heard) / SAMPLE_RATE;
    },
    get speechSeconds() {
      return recognition.speechSeconds;
    },
  };
}
