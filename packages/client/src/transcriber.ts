import { createAudioInput } from './audio/audio-input.js';
import type { Level } from './audio/intake.js';
import { SAMPLE_RATE, secondsOf } from './audio/sample-rate.js';
import { configureMessage } from './configure-message.js';
import { serverUrls, type ServerUrls } from './connection/server-url.js';
import { createAudioBuffer } from './delivery/audio-buffer.js';
import { createDelivery } from './delivery/delivery.js';
import type { Connectedness, DeliveryListener } from './delivery/delivery-listener.js';
import { sealedStoreOpener } from './delivery/sealed-store.js';
import { createEvents, type Emit, type Listen } from './events.js';
import { createOutcome } from './outcome.js';
import { describeProblem, TranscriberError, type Problem } from './problem.js';
import type { AudioSource } from './sources/audio-source.js';
import { createMicrophoneSource } from './sources/microphone-source.js';
import { createPcmSource } from './sources/pcm-source.js';
import { createRoom } from './sources/room.js';
import { createStateKeeper } from './state-keeper.js';
import type { Phase, TranscriberState } from './transcriber-state.js';
import type { PcmFormat, Source, TranscriberOptions, WebSocketConstructor } from './transcriber-options.js';
import {
  createSegmentList,
  textOfSegments,
  type DroppedWords,
  type Segment,
  type Transcript,
} from './transcript.js';

/** The events of a transcriber. */
export interface TranscriberEvents {
  readonly state: TranscriberState;
  /**
   * Replaces the previous partial of the same channel; an empty text removes it, since nothing was said after all.
   */
  readonly partial: Segment;
  /**
   * Its text counts from now on, and that of the finals it `removes` no longer; `transcript` has applied this
   * already.
   */
  readonly final: Segment;
  /** Words that partials have shown are not kept, and why. The partial, if there was one, has been removed before. */
  readonly dropped: DroppedWords;
  readonly speech: { readonly state: 'started' | 'ended'; readonly at: number; readonly channel?: number };
  /** One per channel, about 20 times per second of audio; zero once when it is muted, paused or over. */
  readonly level: readonly Level[];
  /** Something differs from what was asked for; nothing is lost. */
  readonly warning: { readonly code: string; readonly message: string };
  /** Something went wrong. The transcriber goes on unless its state says `failed`. */
  readonly problem: Problem;
  /** The text of everything, heard again after `stop()`. */
  readonly refined: { readonly text: string; readonly segments: readonly Segment[] };
}

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

const DEFAULT_BUFFER_MINUTES = 10;

/**
 * Makes a transcriber, which does nothing until it is started. Throws a `TranscriberError` with the code
 * `invalid_options` if it cannot work with these options.
 */
export function createTranscriber(options: TranscriberOptions = {}): Transcriber {
  const { urls, WebSocket, channels, bufferMinutes } = requireUsable(options);
  const { emit, on } = createEvents<TranscriberEvents>();
  const finals = createSegmentList();
  const openStore = sealedStoreOpener();
  const connected = createOutcome<undefined>();
  const finished = createOutcome<Transcript>();
  let source: AudioSource | undefined;
  let finishing: Promise<void> | undefined;
  let sourceFailure: TranscriberError | undefined;

  const keeper = createStateKeeper(
    () => delivery.waitingSeconds(),
    (state) => {
      emit('state', state);
    },
  );
  // PCM can wait: for the server if that can be reached, and for memory if there is nothing else.
  const room = createRoom(
    () => !buffer.isFull() || keeper.isEnded() || (openStore !== undefined && isCutOff()),
  );
  const buffer = createAudioBuffer({
    channels,
    memorySeconds: bufferMinutes * 60,
    openStore,
    onFetched: () => {
      delivery.onAudio();
    },
    onDropped: (from, to) => {
      delivery.onDropped(from, to);
    },
  });
  const delivery = createDelivery({
    urls,
    WebSocket,
    ticket: options.ticket,
    configure: configureMessage(options),
    channels,
    flushSeconds: bufferMinutes * 30,
    buffer,
    listener: {
      ...passOn(emit),
      onConnectedness: follow,
      onFinal: (segment) => {
        finals.add(segment);
        emit('final', segment);
      },
      onSettled: room.lookAgain,
      onWarning: (warning) => {
        emit('warning', warning);
        if (warning.code.startsWith('refine')) releaseIfStopped();
      },
      onRefined: (refined) => {
        emit('refined', refined);
        releaseIfStopped();
      },
      onStopped: complete,
      onFailed: fail,
    },
  });
  const input = createAudioInput({
    channels,
    onSamples: (interleaved) => {
      buffer.append(interleaved);
      delivery.onAudio();
      if (isCutOff()) keeper.change({});
    },
    onLevel: (levels) => {
      emit('level', levels);
    },
  });

  async function start(given?: Source, { sampleRate = SAMPLE_RATE }: PcmFormat = {}): Promise<void> {
    requireStartable(keeper.now().phase, sampleRate);
    source = sourceOf(given, sampleRate);
    keeper.moveTo({ kind: 'starting' });
    delivery.open();
    try {
      await source.start();
      await connected.promise;
    } catch (error) {
      const { phase } = keeper.now();
      if (phase.kind === 'failed') throw new TranscriberError(phase.problem);
      if (phase.kind === 'stopped') throw new TranscriberError(describeProblem('closed'));
      fail(error instanceof TranscriberError ? error : describeProblem('source_failed'));
      throw error;
    }
    if (keeper.now().phase.kind === 'starting') keeper.moveTo({ kind: 'running' });
  }

  function sourceOf(given: Source | undefined, sampleRate: number): AudioSource {
    const listener = {
      onAudio: (samples: readonly Float32Array[], rate: number) => {
        if (!keeper.isEnded()) input.take(samples, rate);
      },
    };
    if (given && Symbol.asyncIterator in given) {
      const onFailed = (cause: unknown): void => {
        sourceFailure = new TranscriberError(describeProblem('source_failed'), cause);
        emit('problem', describeProblem('source_failed'));
      };
      return createPcmSource({ chunks: given, sampleRate, channels, listener, room: room.wait, onFailed });
    }
    return createMicrophoneSource({
      stream: given,
      options: options.microphone ?? {},
      channels,
      workletUrl: options.workletUrl ?? new URL('./capture-worklet.js', import.meta.url),
      listener: {
        ...listener,
        onLost: (problem) => {
          keeper.change({ isMicrophoneLost: true });
          emit('problem', problem);
        },
        onFound: () => {
          keeper.change({ isMicrophoneLost: false });
        },
      },
    });
  }

  function follow(connectedness: Connectedness): void {
    if (connectedness.kind !== 'connecting') connected.resolve(undefined);
    if (connectedness.kind === 'connected') keeper.change({ outage: undefined });
    else if (connectedness.kind === 'waiting') {
      const { attempt, retryAt, reason } = connectedness;
      keeper.change({ outage: { attempt, retryAt, reason } });
    }
  }

  function isCutOff(): boolean {
    return keeper.now().outage !== undefined;
  }

  async function stop(): Promise<Transcript> {
    if (keeper.now().phase.kind === 'idle') keeper.moveTo({ kind: 'stopped' });
    const { phase } = keeper.now();
    if (phase.kind === 'stopped') return transcript();
    if (phase.kind === 'failed') throw new TranscriberError(phase.problem);
    finishing ??= finish();
    return finished.promise;
  }

  async function finish(): Promise<void> {
    if (!source?.hasMore()) keeper.moveTo({ kind: 'stopping' });
    await source?.stop();
    if (keeper.isEnded()) return;
    keeper.moveTo({ kind: 'stopping' });
    input.pause();
    if (buffer.end() === 0) complete(false);
    else delivery.stop();
  }

  function complete(refines: boolean): void {
    keeper.moveTo({ kind: 'stopped' });
    if (!refines) release();
    if (sourceFailure) finished.reject(sourceFailure);
    else finished.resolve(transcript());
  }

  function fail(problem: Problem): void {
    if (keeper.isEnded()) return;
    const { code, message } = problem;
    const error = problem instanceof TranscriberError ? problem : new TranscriberError(problem);
    end({ kind: 'failed', problem: { code, message } }, error);
    emit('problem', { code, message });
  }

  function end(phase: Phase, error: TranscriberError): void {
    keeper.moveTo(phase);
    release();
    connected.reject(error);
    finished.reject(error);
  }

  function releaseIfStopped(): void {
    if (keeper.now().phase.kind === 'stopped') release();
  }

  function release(): void {
    source?.close();
    delivery.close();
    buffer.close();
    room.lookAgain();
  }

  function transcript(): Transcript {
    return transcriptOf(finals.segments(), buffer.end(), delivery.lostSamples());
  }

  function pause(): void {
    if (keeper.now().isPaused || keeper.isEnded()) return;
    source?.pause();
    input.pause();
    delivery.finalize();
    keeper.change({ isPaused: true });
  }

  function resume(): void {
    if (!keeper.now().isPaused || keeper.isEnded()) return;
    source?.resume();
    keeper.change({ isPaused: false });
  }

  return {
    start,
    pause,
    resume,
    mute: input.mute,
    useMicrophone: async (deviceId) => {
      if (!source || keeper.isEnded())
        throw misused('Start the transcriber before its microphone is changed.');
      await source.useMicrophone(deviceId);
    },
    stop,
    retryNow: delivery.retryNow,
    close: () => {
      if (keeper.isEnded()) release();
      else end({ kind: 'stopped' }, new TranscriberError(describeProblem('closed')));
    },
    on,
    get state() {
      return keeper.state();
    },
    get transcript() {
      return transcript();
    },
  };
}

/** Passes on the events of a delivery that need no change. */
function passOn(
  emit: Emit<TranscriberEvents>,
): Pick<DeliveryListener, 'onPartial' | 'onDropped' | 'onSpeech' | 'onProblem'> {
  return {
    onPartial: (segment) => {
      emit('partial', segment);
    },
    onDropped: (dropped) => {
      emit('dropped', dropped);
    },
    onSpeech: (speech) => {
      emit('speech', speech);
    },
    onProblem: (problem) => {
      emit('problem', problem);
    },
  };
}

/** The options that a transcriber needs. Throws `invalid_options`. */
function requireUsable(options: TranscriberOptions): {
  readonly urls: ServerUrls;
  readonly WebSocket: WebSocketConstructor;
  readonly channels: 1 | 2;
  readonly bufferMinutes: number;
} {
  const { channels = 1, bufferMinutes = DEFAULT_BUFFER_MINUTES } = options;
  if (!(bufferMinutes > 0)) throw invalid('bufferMinutes is a number above 0.');
  const urls = serverUrls(options.url);
  const WebSocket = options.webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (!WebSocket)
    throw invalid('There is no WebSocket here. Pass one, such as that of the package ws, as webSocket.');
  return { urls, WebSocket, channels, bufferMinutes };
}

function requireStartable(phase: Phase, sampleRate: number): void {
  if (phase.kind !== 'idle')
    throw misused('A transcriber starts once. Create another for another recording.');
  if (!Number.isInteger(sampleRate) || sampleRate < 8000 || sampleRate > 192_000) {
    throw invalid('sampleRate is a whole number from 8000 to 192000.');
  }
}

function transcriptOf(segments: readonly Segment[], samples: number, lostSamples: number): Transcript {
  const lostSeconds = secondsOf(lostSamples);
  return {
    text: textOfSegments(segments),
    segments,
    durationSeconds: secondsOf(samples),
    complete: lostSeconds === 0,
    lostSeconds,
  };
}

function invalid(message: string): TranscriberError {
  return new TranscriberError({ code: 'invalid_options', message });
}

function misused(message: string): TranscriberError {
  return new TranscriberError({ code: 'misused', message });
}
