import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { PoolStatus } from '../inference/inference-pool.js';
import type { AudioHistory } from '../segment/audio-history.js';
import type { SegmentEvent } from '../segment/segmenter.js';
import type { StreamSpeakers } from '../speakers/stream-speakers.js';
import { createCarriedContext } from './carried-context.js';
import { createFinalQueue } from './final-queue.js';
import type { LiveListener, LiveOptions } from './live-transcription.js';
import type { SpeakingPace } from './speaking-pace.js';
import type { StreamContext } from './stream-context.js';
import { createStreamText } from './stream-text.js';
import { createTimesRecorder } from './times-recorder.js';
import { createUtteranceTracker } from './utterance-tracker.js';
import { createUtteranceJobs } from './utterance-jobs.js';
import type { UtteranceServices } from './utterance-services.js';

/** Turns the utterances of one stream into hypotheses. */
export interface UtteranceRecognition {
  /** Takes what the segmenter found in the audio up to sample `heard`, and whether it ends in speech. */
  readonly follow: (events: readonly SegmentEvent[], heard: number, speaking?: boolean) => void;
  /** Resolves when every utterance that has ended is final. */
  readonly settled: () => Promise<void>;
  readonly close: () => void;
  /** See `LiveTranscription.context`. */
  readonly context: () => StreamContext;
  /** Samples of silence that end the utterance now, by its words; undefined where these say nothing. */
  readonly endpointing: number | undefined;
  /** First sample that may still be needed, for context, for an utterance that is not final, or for a job on its way. */
  readonly neededFrom: number | undefined;
  /** Start of the oldest utterance that is not final, samples. */
  readonly unsettledFrom: number | undefined;
  /** Length of the utterances that have ended but are not final. */
  readonly pendingSeconds: number;
  readonly speechSeconds: number;
}

/**
 * Makes the recognition of one stream. Utterances become final one after another, since each is context for the next.
 */
export function createUtteranceRecognition(
  options: LiveOptions,
  history: AudioHistory,
  listener: LiveListener,
  services: UtteranceServices,
  pace: Pick<SpeakingPace, 'aheadSeconds'> = IN_REAL_TIME,
  speakers?: StreamSpeakers,
): UtteranceRecognition {
  const context = createCarriedContext(
    options.continues?.context.utterances.map(({ start, tokens }) => ({
      start: Math.round(start * SAMPLE_RATE),
      tokens,
    })),
  );
  const text = createStreamText(options, services);
  const times = createTimesRecorder(listener);
  const jobs = createUtteranceJobs(options, services, history, context, pace, times);
  const finals = createFinalQueue({ ...services, history, context, text, jobs, listener, speakers, times });
  const isLive = options.priority !== 'background';
  const spoken = createUtteranceTracker(options, {
    jobs,
    text,
    listener,
    onPartial: options.partials
      ? (partial) =>
          listener.onPartial?.({ sequence: finals.sequence, ...partial, ...likelySpeaker(speakers) })
      : undefined,
    tellsUnsettled: options.unsettled ?? false,
    mayHearTwice: () => isLive && services.hearsTwice && services.pool.status(services.share).idle,
    mayDecodeAhead: () => isLive && !finals.working && hasRoom(services.pool.status(services.share)),
    onStarted: times?.started,
    onEnded(utterance) {
      times?.ended(utterance);
      speakers?.end(utterance);
      finals.add(utterance);
    },
  });

  return {
    follow(events, heard, speaking = true) {
      for (const event of events) spoken.follow(event);
      if (speakers && spoken.start !== undefined && speaking) speakers.listen(spoken.start, heard);
      // In a pause nothing new is said, and the final that may be decoded ahead should find a free worker.
      if (options.partials && speaking && !finals.working) spoken.listen(heard);
    },
    settled: finals.settled,
    close() {
      spoken.drop();
      finals.close();
      jobs.close();
    },
    context: () => ({
      utterances: context.utterances.map(({ start, tokens }) => ({ start: start / SAMPLE_RATE, tokens })),
      text: text.latest,
    }),
    get endpointing() {
      return spoken.endpointing;
    },
    get neededFrom() {
      return earliest(context.start, finals.oldest?.start, spoken.start, jobs.neededFrom);
    },
    get unsettledFrom() {
      return earliest(finals.oldest?.start, spoken.start);
    },
    get pendingSeconds() {
      return finals.pendingSeconds;
    },
    get speechSeconds() {
      return finals.speechSeconds;
    },
  };
}

function likelySpeaker(speakers: StreamSpeakers | undefined): { readonly speaker?: number } {
  const speaker = speakers?.likely;
  return speaker === undefined ? {} : { speaker };
}

/**
 * Whether a job that may turn out not to be wanted delays nobody's final: a process is free, or finals hardly wait, so that
 * only partials become fewer.
 */
function hasRoom({ idle, waiting, finalWaitSeconds }: PoolStatus): boolean {
  return idle || (waiting.finals === 0 && finalWaitSeconds < LITTLE_WAIT_SECONDS);
}

/** Not tuned: less than the delay of a final that anybody would notice. */
const LITTLE_WAIT_SECONDS = 0.15;

const IN_REAL_TIME = { aheadSeconds: () => 0 } as const;

function earliest(...samples: readonly (number | undefined)[]): number | undefined {
  const known = samples.filter((sample) => sample !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
