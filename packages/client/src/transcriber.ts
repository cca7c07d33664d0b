import type { ConfigureMessage, KeyTerm as SentKeyTerm } from '@auscult/protocol';
import { createIntake, silentLevels, type Intake, type Level } from './audio/intake.js';
import { SAMPLE_RATE, secondsOf } from './audio/sample-rate.js';
import { serverUrls } from './connection/server-url.js';
import { createAudioBuffer } from './delivery/audio-buffer.js';
import { createDelivery, type Connectedness } from './delivery/delivery.js';
import { sealedStoreOpener } from './delivery/sealed-store.js';
import { createEvents, type Listen } from './events.js';
import { describeProblem, TranscriberError, type Problem } from './problem.js';
import type { AudioSource } from './sources/audio-source.js';
import { createMicrophoneSource } from './sources/microphone-source.js';
import { createPcmSource } from './sources/pcm-source.js';
import { stateOf, type Circumstances, type Phase, type TranscriberState } from './transcriber-state.js';
import type {
  KeyTerm,
  PcmFormat,
  Source,
  TranscriberOptions,
  WebSocketConstructor,
} from './transcriber-options.js';
import {
  createSegmentList,
  textOfSegments,
  type DroppedWords,
  type Segment,
  type Transcript,
} from './transcript.js';

/** What a transcriber tells. */
export interface TranscriberEvents {
  readonly state: TranscriberState;
  /** Replaces the partial before it of the same channel; an empty text takes it back, as nothing was said after all. */
  readonly partial: Segment;
  /** Its text counts from now on, and what it `removes` no longer: `transcript` has that done already. */
  readonly final: Segment;
  /** Words that partials have shown are not kept, and why. A partial that stood there has been taken back before. */
  readonly dropped: DroppedWords;
  readonly speech: { readonly state: 'started' | 'ended'; readonly at: number; readonly channel?: number };
  /** One a channel, about 20 times a second of audio; zero once when it is muted, paused or over. */
  readonly level: readonly Level[];
  /** Something is not as asked for; nothing is lost. */
  readonly warning: { readonly code: string; readonly message: string };
  /** Something went wrong. The transcriber goes on unless its state says `failed`. */
  readonly problem: Problem;
  /** Everything, read again after `stop()`. */
  readonly refined: { readonly text: string; readonly segments: readonly Segment[] };
}

/** One recording and its text. */
export interface Transcriber {
  /**
   * Listens to a microphone, or to `source`. Resolves when audio is being taken and the server has answered or cannot be
   * reached yet. Rejects with a `TranscriberError` if there is no way on. A transcriber starts once.
   */
  readonly start: (source?: Source, format?: PcmFormat) => Promise<void>;
  /** Takes no audio; what was said is finalized. Time stands still. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Silence is taken instead of what is said, and time goes on. */
  readonly mute: (muted: boolean) => void;
  /** Changes the microphone; what was said before stays. Rejects with a `TranscriberError`, and the old one stays. */
  readonly useMicrophone: (deviceId: string) => Promise<void>;
  /**
   * Ends the recording and resolves with all its text. A microphone is released at once. PCM is read to its end, unless
   * the transcriber is paused: then the rest is left. Rejects with a `TranscriberError` if not all text could be had;
   * `transcript` tells what there is.
   */
  readonly stop: () => Promise<Transcript>;
  /** While reconnecting: tries at once, and after somebody has logged in. */
  readonly retryNow: () => void;
  /** Gives up at once. */
  readonly close: () => void;
  /** Calls `listener` at each such event until the function that is returned is called. */
  readonly on: Listen<TranscriberEvents>;
  readonly state: TranscriberState;
  /** So far. */
  readonly transcript: Transcript;
}

const DEFAULT_BUFFER_MINUTES = 10;

/** A promise that is settled from outside. */
interface Outcome<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: TranscriberError) => void;
}

/**
 * Makes a transcriber, which does nothing until it is started. Throws a `TranscriberError` with the code
 * `invalid_options` if it cannot work so.
 */
export function createTranscriber(options: TranscriberOptions = {}): Transcriber {
  const channels = options.channels ?? 1;
  const bufferMinutes = options.bufferMinutes ?? DEFAULT_BUFFER_MINUTES;
  if (!(bufferMinutes > 0)) throw invalid('bufferMinutes is a number above 0.');
  const urls = serverUrls(options.url);
  const WebSocket = options.webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (!WebSocket)
    throw invalid('There is no WebSocket here. Pass one, such as that of the package ws, as webSocket.');

  const { emit, on } = createEvents<TranscriberEvents>();
  const list = createSegmentList();
  const openStore = sealedStoreOpener();
  const connected = outcome<undefined>();
  const finished = outcome<Transcript>();
  let phase: Phase = { kind: 'idle' };
  let outage: Circumstances['outage'];
  let isPaused = false;
  let isMicrophoneLost = false;
  let isMuted = false;
  let told: TranscriberState = { kind: 'idle' };
  let source: AudioSource | undefined;
  let intake: { readonly sampleRate: number; readonly intake: Intake } | undefined;
  let finishing: Promise<void> | undefined;
  let sourceFailure: TranscriberError | undefined;
  const waitingForRoom: (() => void)[] = [];

  const buffer = createAudioBuffer({
    channels,
    memorySeconds: bufferMinutes * 60,
    ...(openStore && { openStore }),
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
      onConnectedness: follow,
      onFinal: (segment) => {
        list.add(segment);
        emit('final', segment);
      },
      onPartial: (segment) => {
        emit('partial', segment);
      },
      onDropped: (dropped) => {
        emit('dropped', dropped);
      },
      onSpeech: (speech) => {
        emit('speech', speech);
      },
      onSettled: () => {
        for (const go of waitingForRoom.splice(0)) go();
      },
      onWarning: (warning) => {
        emit('warning', warning);
        if (phase.kind === 'stopped' && warning.code.startsWith('refine')) release();
      },
      onProblem: (problem) => {
        emit('problem', problem);
      },
      onStopped: complete,
      onRefined: (refined) => {
        emit('refined', refined);
        if (phase.kind === 'stopped') release();
      },
      onFailed: fail,
    },
  });

  async function start(given?: Source, { sampleRate = SAMPLE_RATE }: PcmFormat = {}): Promise<void> {
    if (phase.kind !== 'idle')
      throw misused('A transcriber starts once. Create another for another recording.');
    if (!Number.isInteger(sampleRate) || sampleRate < 8000 || sampleRate > 192_000) {
      throw invalid('sampleRate is a whole number from 8000 to 192000.');
    }
    source = sourceOf(given, sampleRate);
    moveTo({ kind: 'starting' });
    delivery.open();
    try {
      await source.start();
      await connected.promise;
    } catch (error) {
      if (isEnded()) throw endedEarly();
      fail(error instanceof TranscriberError ? error : describeProblem('source_failed'));
      throw error;
    }
    if (!isEnded() && !isStopping()) moveTo({ kind: 'running' });
  }

  function sourceOf(given: Source | undefined, sampleRate: number): AudioSource {
    const listener = { onAudio: take };
    if (given && Symbol.asyncIterator in given) {
      return createPcmSource({
        chunks: given,
        sampleRate,
        channels,
        listener,
        room,
        onFailed: (cause) => {
          sourceFailure = new TranscriberError(describeProblem('source_failed'), cause);
          emit('problem', describeProblem('source_failed'));
        },
      });
    }
    return createMicrophoneSource({
      stream: given,
      options: options.microphone ?? {},
      channels,
      workletUrl: options.workletUrl ?? new URL('./capture-worklet.js', import.meta.url),
      listener: {
        ...listener,
        onLost: (problem) => {
          isMicrophoneLost = true;
          emit('problem', problem);
          tellState();
        },
        onFound: () => {
          isMicrophoneLost = false;
          tellState();
        },
      },
    });
  }

  function take(samples: readonly Float32Array[], sampleRate: number): void {
    if (isEnded()) return;
    if (intake?.sampleRate !== sampleRate) {
      intake?.intake.flush();
      intake = { sampleRate, intake: openIntake(sampleRate) };
    }
    intake.intake.push(samples);
  }

  function openIntake(sampleRate: number): Intake {
    const opened = createIntake(
      sampleRate,
      channels,
      (interleaved) => {
        buffer.append(interleaved);
        delivery.onAudio();
        if (outage) tellState();
      },
      (level) => {
        emit('level', level);
      },
    );
    opened.mute(isMuted);
    return opened;
  }

  /** PCM can wait: for the server where it can be reached, and for memory where there is nothing else. */
  async function room(): Promise<void> {
    while (buffer.isFull() && !isEnded() && !(openStore && outage)) {
      await new Promise<void>((resolve) => waitingForRoom.push(resolve));
    }
  }

  function follow(connectedness: Connectedness): void {
    if (connectedness.kind === 'connected') outage = undefined;
    else if (connectedness.kind === 'waiting') {
      const { attempt, retryAt, reason } = connectedness;
      outage = { attempt, retryAt, reason };
    }
    if (connectedness.kind !== 'connecting') connected.resolve(undefined);
    tellState();
  }

  async function stop(): Promise<Transcript> {
    if (phase.kind === 'idle') moveTo({ kind: 'stopped' });
    if (phase.kind === 'stopped') return transcript();
    if (phase.kind === 'failed') throw new TranscriberError(phase.problem);
    finishing ??= finish();
    return finished.promise;
  }

  async function finish(): Promise<void> {
    if (!source?.hasMore()) moveTo({ kind: 'stopping' });
    await source?.stop();
    if (isEnded()) return;
    moveTo({ kind: 'stopping' });
    intake?.intake.flush();
    emit('level', silentLevels(channels));
    if (buffer.end() === 0) complete(false);
    else delivery.stop();
  }

  function complete(refines: boolean): void {
    moveTo({ kind: 'stopped' });
    if (!refines) release();
    if (sourceFailure) finished.reject(sourceFailure);
    else finished.resolve(transcript());
  }

  function fail(problem: Problem): void {
    if (isEnded()) return;
    const { code, message } = problem;
    moveTo({ kind: 'failed', problem: { code, message } });
    release();
    emit('problem', { code, message });
    const error = problem instanceof TranscriberError ? problem : new TranscriberError(problem);
    connected.reject(error);
    finished.reject(error);
  }

  function close(): void {
    if (!isEnded()) {
      moveTo({ kind: 'stopped' });
      const error = new TranscriberError(describeProblem('closed'));
      connected.reject(error);
      finished.reject(error);
    }
    release();
  }

  function release(): void {
    source?.close();
    delivery.close();
    buffer.close();
    for (const go of waitingForRoom.splice(0)) go();
  }

  function isEnded(): boolean {
    return phase.kind === 'stopped' || phase.kind === 'failed';
  }

  function isStopping(): boolean {
    return phase.kind === 'stopping';
  }

  function endedEarly(): TranscriberError {
    return new TranscriberError(phase.kind === 'failed' ? phase.problem : describeProblem('closed'));
  }

  function moveTo(next: Phase): void {
    phase = next;
    tellState();
  }

  function tellState(): void {
    const next = state();
    if (JSON.stringify(next) === JSON.stringify(told)) return;
    told = next;
    emit('state', next);
  }

  function state(): TranscriberState {
    const bufferedSeconds = delivery.waitingSeconds();
    return stateOf({ phase, isPaused, isMicrophoneLost, outage, bufferedSeconds });
  }

  function transcript(): Transcript {
    const segments = list.segments();
    const lostSeconds = secondsOf(delivery.lostSamples());
    return {
      text: textOfSegments(segments),
      segments,
      durationSeconds: secondsOf(buffer.end()),
      complete: lostSeconds === 0,
      lostSeconds,
    };
  }

  return {
    start,
    pause: () => {
      if (isPaused || isEnded()) return;
      isPaused = true;
      source?.pause();
      intake?.intake.flush();
      intake = undefined;
      emit('level', silentLevels(channels));
      delivery.finalize();
      tellState();
    },
    resume: () => {
      if (!isPaused || isEnded()) return;
      isPaused = false;
      source?.resume();
      tellState();
    },
    mute: (muted) => {
      isMuted = muted;
      intake?.intake.mute(muted);
    },
    useMicrophone: async (deviceId) => {
      if (!source || isEnded()) throw misused('Start the transcriber before its microphone is changed.');
      await source.useMicrophone(deviceId);
    },
    stop,
    retryNow: delivery.retryNow,
    close,
    on,
    get state() {
      return state();
    },
    get transcript() {
      return transcript();
    },
  };
}

function configureMessage(options: TranscriberOptions): ConfigureMessage {
  const { language, task, keyTerms = [], lexicon, channels = 1, words, refine, endpointing } = options;
  const { writtenForm, dictationCommands } = options;
  return {
    type: 'configure',
    sampleRate: SAMPLE_RATE,
    encoding: 's16le',
    channels,
    partials: true,
    ...(words === undefined ? {} : { words }),
    ...(language === undefined ? {} : { language }),
    ...(task === undefined ? {} : { task }),
    ...(refine === undefined ? {} : { refine }),
    ...(writtenForm === undefined ? {} : { writtenForm }),
    ...(dictationCommands === undefined ? {} : { dictationCommands }),
    ...(endpointing === undefined ? {} : { endpointing }),
    ...(keyTerms.length === 0 ? {} : { keyterms: keyTerms.map(sentTerm) }),
    ...(lexicon === undefined ? {} : { lexicon }),
  };
}

function sentTerm(term: string | KeyTerm): SentKeyTerm {
  if (typeof term === 'string') return term;
  const { text, weight, soundsLike } = term;
  return {
    text,
    ...(weight === undefined ? {} : { weight }),
    ...(soundsLike === undefined ? {} : { soundsLike: [...soundsLike] }),
  };
}

function outcome<Value>(): Outcome<Value> {
  let settle: Omit<Outcome<Value>, 'promise'> = { resolve: () => undefined, reject: () => undefined };
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whether somebody waits depends on what was called: without this, a failure that nobody waits for is an error.
  promise.catch(() => undefined);
  return { promise, ...settle };
}

function invalid(message: string): TranscriberError {
  return new TranscriberError({ code: 'invalid_options', message });
}

function misused(message: string): TranscriberError {
  return new TranscriberError({ code: 'misused', message });
}
