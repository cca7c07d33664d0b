import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { AudioHistory } from '../segment/audio-history.js';
import type { SegmentEvent } from '../segment/segmenter.js';
import { createCarriedContext } from './carried-context.js';
import { createFinalQueue } from './final-queue.js';
import { isTooFaint, type UtteranceEvidence } from './invention-gate.js';
import type { LiveListener, LiveOptions } from './live-transcription.js';
import { openUtterance, type OpenUtterance } from './open-utterance.js';
import type { SpeakingPace } from './speaking-pace.js';
import { createStreamText } from './stream-text.js';
import { createUtteranceJobs } from './utterance-jobs.js';
import type { UtteranceServices } from './utterance-services.js';

/** Turns the utterances of one stream into hypotheses. */
export interface UtteranceRecognition {
  /** Takes what the segmenter found in the audio up to sample `heard`, and whether it ends in speech. */
  readonly follow: (events: readonly SegmentEvent[], heard: number, speaking?: boolean) => void;
  /** Resolves when every utterance that has ended is final. */
  readonly settled: () => Promise<void>;
  readonly close: () => void;
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
): UtteranceRecognition {
  const context = createCarriedContext();
  const text = createStreamText(options, services);
  const jobs = createUtteranceJobs(options, services, history, context, pace);
  const finals = createFinalQueue({ ...services, history, context, text, jobs, listener });
  const isLive = options.priority !== 'background';
  let open: OpenUtterance | undefined;
  /** Whether the latest utterance was cut within speech, which the next continues. */
  let cut = false;

  const begin = (start: number) => {
    open = openUtterance(start, {
      jobs,
      text,
      onPartial: options.partials
        ? (partial) => listener.onPartial?.({ sequence: finals.sequence, ...partial })
        : undefined,
    });
    if (!cut) listener.onSpeech?.({ state: 'started', at: start / SAMPLE_RATE });
    cut = false;
  };

  const end = ({ start, end, reason, voiced, peak }: SegmentEvent & { kind: 'ended' }) => {
    const evidence: UtteranceEvidence = { voicedSeconds: voiced / SAMPLE_RATE, peak };
    const ended = open;
    open = undefined;
    cut = reason === 'longest';
    const ahead = ended && finalAhead(ended, end, isTooFaint(evidence));
    if (!cut) listener.onSpeech?.({ state: 'ended', at: end / SAMPLE_RATE });
    const { heard = { tokens: [], end: start }, shown = false } = ended ?? {};
    finals.add({ start, end, ahead, heard, shown, reason, ...evidence });
  };

  /** The work on the final of an ended utterance that is under way already. */
  const finalAhead = (ended: OpenUtterance, end: number, tooFaint: boolean) => {
    const ahead = ended.finish(end);
    if (tooFaint) {
      ahead?.drop();
      return undefined;
    }
    // Without context, no utterance has to wait for the one before.
    const isAlone = options.contextSeconds === 0 && !options.partials;
    return ahead ?? (isAlone ? ended.decodeAhead(end) : undefined);
  };

  return {
    follow(events, heard, speaking = true) {
      for (const event of events) {
        switch (event.kind) {
          case 'started':
            begin(event.start);
            break;
          case 'paused':
            if (open && isLive && !finals.working && services.pool.status().idle) open.decodeAhead(event.end);
            break;
          case 'resumed':
            open?.resume();
            break;
          case 'ended':
            end(event);
            break;
        }
      }
      // In a pause nothing new is said, and the final that may be decoded ahead should find a free worker.
      if (options.partials && speaking && !finals.working) open?.listen(heard);
    },
    settled: finals.settled,
    close() {
      open?.drop();
      finals.close();
      jobs.close();
    },
    get neededFrom() {
      return earliest(context.start, finals.oldest?.start, open?.start, jobs.neededFrom);
    },
    get unsettledFrom() {
      return earliest(finals.oldest?.start, open?.start);
    },
    get pendingSeconds() {
      return finals.pendingSeconds;
    },
    get speechSeconds() {
      return finals.speechSeconds;
    },
  };
}

const IN_REAL_TIME = { aheadSeconds: () => 0 } as const;

function earliest(...samples: readonly (number | undefined)[]): number | undefined {
  const known = samples.filter((sample) => sample !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
