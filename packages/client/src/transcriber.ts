import type { SpeakerCorrections } from '@auscult/protocol';
import { secondsOf } from './audio/sample-rate.js';
import { sourceChooser } from './choose-source.js';
import type { DeliveryListener } from './delivery/delivery-listener.js';
import { createEvents, type Emit, type Listen } from './events.js';
import { createLifecycle, type Lifecycle } from './lifecycle.js';
import { createPipeline } from './pipeline.js';
import type { Problem } from './problem.js';
import { createSegmentList, type SegmentList } from './segment-list.js';
import { speakersIn } from './speakers/labels.js';
import { createKnownSpeakers, type KnownSpeakers } from './speakers/known-speakers.js';
import { createStateKeeper } from './state-keeper.js';
import type { TranscriberEvents } from './transcriber-events.js';
import type { PcmFormat, Source, TranscriberOptions } from './transcriber-options.js';
import type { TranscriberState } from './transcriber-state.js';
import { textOfSegments, type RecordedFinal, type Segment, type Transcript } from './transcript.js';
import { usableOptions } from './usable-options.js';

/** One recording and its text. */
export interface Transcriber {
  /**
   * Listens to a microphone, or to `source`. Resolves when audio is being taken and the server has answered or cannot be
   * reached yet. Rejects with a `TranscriberError` if it cannot go on. A transcriber starts only once.
   */
  readonly start: (source?: Source, format?: PcmFormat) => Promise<void>;
  /** Takes no more audio, and finalizes what was said. Time stands still. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Takes silence instead of what is said; time goes on. */
  readonly mute: (muted: boolean) => void;
  /**
   * Changes the microphone; what was said before is kept. If it rejects with a `TranscriberError`, the old one stays.
   */
  readonly useMicrophone: (deviceId: string) => Promise<void>;
  /**
   * Ends the recording and resolves with all its text. A microphone is released at once. PCM is read to its end,
   * unless the transcriber is paused, when the rest is left unread. Rejects with a `TranscriberError` if some text
   * could not be had; `transcript` holds what there is.
   */
  readonly stop: () => Promise<Transcript>;
  /**
   * Corrects who speaks: gives words to others, says that two are one, names people and their roles. It counts in `transcript` at
   * once, and stays so whatever the server finds out later. The server gets it as soon as there is a connection. What is about
   * words that are not there any more is left out.
   */
  readonly identify: (corrections: SpeakerCorrections) => void;
  /**
   * Where the server records a final, for who corrects its text there: the record has the finals of each session, of which there
   * may be several. Undefined if there is no session yet.
   */
  readonly recordOf: (final: Pick<Segment, 'sequence' | 'channel'>) => RecordedFinal | undefined;
  /**
   * Replaces the commands that are listened for, such as when a page shows something else. It counts for what is said from now
   * on, as soon as there is a connection. If the server refuses the list, there is a `problem`, and the former one stays.
   */
  readonly configure: (change: Pick<TranscriberOptions, 'commands'>) => void;
  /** While reconnecting: tries at once, and after somebody has logged in. */
  readonly retryNow: () => void;
  /** Gives up at once. */
  readonly close: () => void;
  /** Calls `listener` for each such event until the returned function is called. */
  readonly on: Listen<TranscriberEvents>;
  readonly state: TranscriberState;
  /** So far. */
  readonly transcript: Transcript;
}

/**
 * Makes a transcriber, which does nothing until it is started. Throws a `TranscriberError` with the code
 * `invalid_options` if it cannot work with these options.
 */
export function createTranscriber(options: TranscriberOptions = {}): Transcriber {
  const usable = usableOptions(options);
  const { channels } = usable;
  const { emit, on } = createEvents<TranscriberEvents>();
  const finals = createSegmentList();
  const speakers = createKnownSpeakers();
  let settledSeconds = 0;
  const onProblem = (problem: Problem): void => {
    emit('problem', problem);
  };
  const keeper = createStateKeeper(
    () => pipeline.waitingSeconds(),
    (state) => emit('state', state),
  );
  const pipeline = createPipeline({
    options,
    usable,
    keeper,
    listener: {
      ...deliveryListener(emit, finals, speakers, () => lifecycle),
      onSpeakers: (findings) => {
        settledSeconds = Math.max(settledSeconds, findings.settledSeconds);
        const revised = finals.revise(findings.revised);
        speakers.learn(findings.speakers, finals.segments().flatMap(speakersIn));
        tellSpeakers(revised);
      },
    },
    known: speakers.find,
    onLevel: (levels) => emit('level', levels),
  });
  function tellSpeakers(revised: readonly Segment[]): void {
    emit('speakers', { revised, speakers: speakers.list(), settledSeconds });
  }
  const transcript = (): Transcript => ({
    ...transcriptOf(finals.segments(), pipeline.samples(), pipeline.lostSamples()),
    speakers: speakers.list(),
  });
  const chooseSource = sourceChooser({
    options,
    channels,
    keeper,
    pipeline,
    onProblem,
    onFailed: (cause) => lifecycle.loseSource(cause),
  });
  const lifecycle = createLifecycle({ keeper, pipeline, chooseSource, transcript, onProblem });
  const { start, pause, resume, mute, stop, useMicrophone, giveUp } = lifecycle;
  return {
    start,
    pause,
    resume,
    mute,
    useMicrophone,
    stop,
    identify: (corrections) => {
      const revised = finals.correct(corrections);
      speakers.correct(corrections);
      pipeline.identify(corrections);
      tellSpeakers(revised);
    },
    recordOf: pipeline.recordOf,
    configure: ({ commands }) => {
      if (commands) pipeline.listenForCommands(commands);
    },
    retryNow: pipeline.retryNow,
    close: giveUp,
    on,
    get state() {
      return keeper.state();
    },
    get transcript() {
      return transcript();
    },
  };
}

/** Passes on what a delivery tells: to those who listen, to the finals, and to the recording, which it may end. */
function deliveryListener(
  emit: Emit<TranscriberEvents>,
  finals: SegmentList,
  speakers: KnownSpeakers,
  lifecycle: () => Lifecycle,
): Omit<DeliveryListener, 'onSettled' | 'onSpeakers'> {
  return {
    onPartial: (segment) => emit('partial', segment),
    onCommand: (command) => emit('command', command),
    onFinal: (segment) => {
      finals.add(segment);
      speakers.hear(speakersIn(segment));
      emit('final', segment);
    },
    onDropped: (dropped) => emit('dropped', dropped),
    onSpeech: (speech) => emit('speech', speech),
    onProblem: (problem) => emit('problem', problem),
    onWarning: (warning) => {
      emit('warning', warning);
      if (warning.code.startsWith('refine')) lifecycle().endRefinement();
    },
    onRefined: (refined) => {
      emit('refined', refined);
      lifecycle().endRefinement();
    },
    onConnection: (state) => lifecycle().follow(state),
    onStopped: (refines) => lifecycle().complete(refines),
    onFailed: (problem) => lifecycle().fail(problem),
  };
}

function transcriptOf(
  segments: readonly Segment[],
  samples: number,
  lostSamples: number,
): Omit<Transcript, 'speakers'> {
  const lostSeconds = secondsOf(lostSamples);
  return {
    text: textOfSegments(segments),
    segments,
    durationSeconds: secondsOf(samples),
    complete: lostSeconds === 0,
    lostSeconds,
  };
}
