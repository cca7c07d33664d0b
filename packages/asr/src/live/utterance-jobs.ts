import { SAMPLE_RATE } from '../audio/sample-rate.js';
import type { DecodingRequest } from '../decoding/speech-model.js';
import type { JobOwner, RecognitionRequest, SubmittedJob } from '../inference/inference-pool.js';
import type { RecognitionResult } from '../inference/messages/recognition-job.js';
import type { AudioHistory } from '../segment/audio-history.js';
import { followAudioInUse } from './audio-in-use.js';
import type { CarriedContext, ContextWindow } from './carried-context.js';
import { createKeptWindow } from './kept-window.js';
import type { LiveOptions } from './live-transcription.js';
import type { SpeakingPace } from './speaking-pace.js';
import type { TimesRecorder } from './times-recorder.js';
import type { UtteranceServices } from './utterance-services.js';
import type { HearingPurpose } from './utterance-times.js';

/** An utterance, or as much of it as there is. */
export interface HeardUtterance {
  /** Its first sample. */
  readonly start: number;
  /** Its latest hypothesis, and the sample up to which it reaches. */
  readonly heard: { readonly tokens: readonly number[]; readonly end: number };
}

/** When an utterance is heard: while it is spoken, in a pause that may be its end, or at its end. */
type Purpose = 'partial' | 'ahead' | 'final';

/** Whoever wants a hypothesis, whose times are seconds of the stream. */
export type HypothesisOwner = Omit<JobOwner, 'audio'>;

/** Has the utterances of one stream recognised. */
export interface UtteranceJobs {
  /** Asks for the text of an utterance up to sample `end`, in the context of those before. */
  submit(utterance: HeardUtterance, end: number, purpose: Purpose, owner: HypothesisOwner): SubmittedJob;
  /** The same, but alone, with nothing before it but silence. `speaks`: it is known to hold speech. */
  submitAlone(utterance: HeardUtterance, end: number, speaks: boolean, owner: HypothesisOwner): SubmittedJob;
  /**
   * The same for the whole of an ended utterance, but a little faster, with its context encoded anew: errors
   * come in other places.
   */
  submitSecond(utterance: HeardUtterance, end: number, owner: HypothesisOwner): SubmittedJob;
  /** First sample of the stream that a job on its way may still ask for. */
  readonly neededFrom: number | undefined;
  /** Nothing more will be asked. */
  close(): void;
}

/** Makes the jobs of a stream. */
export function createUtteranceJobs(
  options: LiveOptions,
  services: UtteranceServices,
  history: AudioHistory,
  context: CarriedContext,
  pace: Pick<SpeakingPace, 'aheadSeconds'>,
  times?: TimesRecorder,
): UtteranceJobs {
  const { pool, stream } = services;
  const placeOf = jobPlace(services, pace);
  const settingsOf = jobSettings(options, services);
  const jobs = followAudioInUse(pool);
  const kept = createKeptWindow(pool, stream);

  const { speed = 1 } = options;
  const second = `${stream}/second`;
  const contextSamples = () => options.contextSeconds * SAMPLE_RATE * services.contextFraction();

  const windowOf = ({ start }: HeardUtterance, end: number): ContextWindow =>
    context.windowFor(start, end, contextSamples());

  const ask = (
    request: RecognitionRequest,
    owner: HypothesisOwner,
    { start }: HeardUtterance,
    purpose: HearingPurpose,
  ) => {
    const own = jobOwner(request.audio, history, owner);
    if (!times) return jobs.submit(request, own);
    return jobs.submit({ ...request, trace: times.traceOf(start) }, times.timed(own, start, purpose));
  };

  return {
    submit(utterance, end, purpose, owner) {
      const { id, start, prefix } = windowOf(utterance, end);
      const window = kept.enter(id);
      // A window's first job keeps its state for all others, even if it is a partial.
      const keepState = options.contextSeconds > 0 && (purpose !== 'partial' || !kept.hasStateOf(id));
      return ask(
        {
          ...placeOf(utterance, end),
          ...settingsOf(purpose, false),
          audio: { from: start, to: end, silenceAhead: 0, speed },
          window,
          prefix,
          keepState,
          replaces: purpose === 'partial' ? stream : undefined,
        },
        keepState ? onceSettled(owner, () => kept.settle(id)) : owner,
        utterance,
        purpose,
      );
    },
    submitAlone(utterance, end, speaks, owner) {
      return ask(
        {
          ...placeOf(utterance, end),
          ...settingsOf('final', speaks),
          audio: { from: utterance.start, to: end, silenceAhead: LEAD_IN, speed },
          window: undefined,
          prefix: [],
          keepState: false,
        },
        owner,
        utterance,
        'alone',
      );
    },
    submitSecond(utterance, end, owner) {
      const { start, prefix } = context.wholeWindowFor(utterance.start, end, contextSamples());
      return ask(
        {
          ...placeOf(utterance, end),
          ...settingsOf('ahead', false),
          // Another process is likely to be free, and keeps what it is sent.
          stream: second,
          audio: { from: start, to: end, silenceAhead: 0, speed: speed * SECOND_SPEED },
          window: undefined,
          prefix,
          keepState: false,
        },
        owner,
        utterance,
        'second',
      );
    },
    get neededFrom() {
      return jobs.neededFrom;
    },
    close() {
      kept.leave();
      pool.forget({ stream });
      pool.forget({ stream: second });
    },
  };
}

/** Calls `settle` once the result is there, before its owner hears of it. */
function onceSettled({ onResult, onLost }: HypothesisOwner, settle: () => void): HypothesisOwner {
  return {
    onLost,
    onResult(result, times) {
      settle();
      onResult(result, times);
    },
  };
}

/** Gives a job its audio, and whoever wants its hypothesis that on the stream's clock. */
function jobOwner(
  { from: first, to: end, silenceAhead, speed }: RecognitionRequest['audio'],
  history: AudioHistory,
  { onResult, onLost }: HypothesisOwner,
): JobOwner {
  return {
    audio: (from) => history.slice(from, end),
    onLost,
    onResult(result, times) {
      onResult(inStreamTime(result, first - silenceAhead * speed, speed), times);
    },
  };
}

/** Whose a stream's jobs are, and what of their audio is new. */
function jobPlace({ stream, share }: UtteranceServices, pace: Pick<SpeakingPace, 'aheadSeconds'>) {
  return ({ start, heard }: HeardUtterance, end: number) => ({
    stream,
    share,
    aheadSeconds: pace.aheadSeconds(end / SAMPLE_RATE),
    draft: heard.tokens,
    unheardSeconds: (end - heard.end) / SAMPLE_RATE,
    newSeconds: (end - start) / SAMPLE_RATE,
  });
}

/** What a stream asks of each of its jobs. */
function jobSettings(options: LiveOptions, services: UtteranceServices) {
  const language = options.language ?? services.language;
  const task = options.task ?? 'transcribe';
  const usesLexicon =
    services.lexicon === 'medical' &&
    options.lexicon !== 'none' &&
    language.startsWith('en') &&
    task !== 'translate';
  return (
    purpose: Purpose,
    speaks: boolean,
  ): Pick<RecognitionRequest, 'priority' | 'decoding' | 'keyTerms' | 'lexicon'> => {
    // Partials are decoded greedily, to be quick.
    const isPartial = purpose === 'partial';
    const decoding: DecodingRequest = {
      language,
      task,
      beams: isPartial ? 1 : (options.beams ?? services.beams),
      fallback: !isPartial,
      speaks,
    };
    return {
      priority: priorityOf(purpose, options),
      decoding,
      keyTerms: isPartial ? undefined : services.keyTerms(),
      lexicon: !isPartial && usesLexicon,
    };
  };
}

function priorityOf(purpose: Purpose, { priority }: LiveOptions): RecognitionRequest['priority'] {
  if (priority === 'background') return 'background';
  return purpose === 'final' ? 'final' : 'partial';
}

/** A result of audio that begins at sample `start` and is heard at `speed`, with its times on the stream's clock. */
function inStreamTime(result: RecognitionResult, start: number, speed: number): RecognitionResult {
  const spokenAt = (seconds: number) => start / SAMPLE_RATE + seconds * speed;
  const { heardAt, lostIn } = result;
  return {
    ...result,
    heardAt: heardAt.map(spokenAt),
    ...(lostIn && { lostIn: { from: spokenAt(lostIn.from), to: spokenAt(lostIn.to) } }),
  };
}

/** Silence put before an utterance that is heard alone, samples: 0.1 s. */
const LEAD_IN = 1_600;

/**
 * How much faster the second hearing is. With it, a vote of two has 14 % fewer errors than one hearing, with a second hearing
 * at the same speed 10 %, and a slower one is no better and takes longer (bench `accuracy --kind medical`).
 */
const SECOND_SPEED = 1.06;
