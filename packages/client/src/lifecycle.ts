import { SAMPLE_RATE } from './audio/sample-rate.js';
import type { ChooseSource } from './choose-source.js';
import type { ConnectionState } from './delivery/delivery-listener.js';
import { createEnding, type Ending } from './ending.js';
import { createDeferred } from './deferred.js';
import type { Pipeline } from './pipeline.js';
import { ownProblem, invalidOptions, misused, TranscriberError, type Problem } from './problem.js';
import type { AudioSource } from './sources/audio-source.js';
import type { StateKeeper } from './state-keeper.js';
import type { PcmFormat, Source } from './transcriber-options.js';
import type { Phase } from './transcriber-state.js';
import type { Transcript } from './transcript.js';

/** A recording from its start to its end. `start` to `useMicrophone` are those of a transcriber. */
export interface Lifecycle extends Ending {
  readonly start: (source?: Source, format?: PcmFormat) => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly mute: (muted: boolean) => void;
  readonly stop: () => Promise<Transcript>;
  readonly useMicrophone: (deviceId: string) => Promise<void>;
  /** The connection has changed. */
  readonly follow: (connection: ConnectionState) => void;
}

interface LifecycleParts {
  readonly keeper: StateKeeper;
  readonly pipeline: Pipeline;
  readonly chooseSource: ChooseSource;
  readonly transcript: () => Transcript;
  readonly onProblem: (problem: Problem) => void;
}

/** Starts, pauses and stops source and pipeline in the order that loses no audio. */
export function createLifecycle(parts: LifecycleParts): Lifecycle {
  const { keeper, pipeline, chooseSource, transcript, onProblem } = parts;
  const connected = createDeferred<undefined>();
  const finished = createDeferred<Transcript>();
  let source: AudioSource | undefined;
  let finishing: Promise<void> | undefined;
  const release = (): void => {
    source?.close();
    pipeline.close();
  };
  const ending = createEnding({ keeper, connected, finished, transcript, release, onProblem });

  async function start(given?: Source, { sampleRate = SAMPLE_RATE }: PcmFormat = {}): Promise<void> {
    requireStartable(keeper.now().phase, sampleRate);
    source = chooseSource(given, sampleRate);
    await begin(source, connected.promise, ending, parts);
  }

  async function stop(): Promise<Transcript> {
    if (keeper.now().phase.kind === 'idle') keeper.moveTo({ kind: 'stopped' });
    const { phase } = keeper.now();
    if (phase.kind === 'stopped') return transcript();
    if (phase.kind === 'failed') throw new TranscriberError(phase.problem);
    finishing ??= finish(source, ending, parts);
    return finished.promise;
  }

  return {
    ...ending,
    start,
    stop,
    pause: () => {
      if (keeper.now().isPaused || keeper.isEnded()) return;
      source?.pause();
      pipeline.pauseInput();
      pipeline.finalize();
      keeper.change({ isPaused: true });
    },
    resume: () => {
      if (!keeper.now().isPaused || keeper.isEnded()) return;
      source?.resume();
      keeper.change({ isPaused: false });
    },
    mute: (muted) => {
      pipeline.mute(muted);
      source?.mute?.(muted);
    },
    useMicrophone: async (deviceId) => {
      if (!source || keeper.isEnded())
        throw misused('Start the transcriber before its microphone is changed.');
      await source.useMicrophone(deviceId);
    },
    follow: (connection) => {
      if (connection.kind === 'connecting') return;
      connected.resolve(undefined);
      keeper.change({ outage: connection.outage });
    },
  };
}

/** Connects while the source starts, and waits for both. */
async function begin(
  source: AudioSource,
  connected: Promise<unknown>,
  ending: Ending,
  { keeper, pipeline }: LifecycleParts,
): Promise<void> {
  keeper.moveTo({ kind: 'starting' });
  pipeline.open();
  try {
    await source.start();
    await connected;
  } catch (error) {
    throwIfEnded(keeper.now().phase);
    ending.fail(error instanceof TranscriberError ? error : ownProblem('source_failed'));
    throw error;
  }
  if (keeper.now().phase.kind === 'starting') keeper.moveTo({ kind: 'running' });
}

/** Reads the source to its end, and asks for the text of all that it gave. */
async function finish(
  source: AudioSource | undefined,
  ending: Ending,
  { keeper, pipeline }: LifecycleParts,
): Promise<void> {
  if (!source?.hasMore()) keeper.moveTo({ kind: 'stopping' });
  await source?.stop();
  if (keeper.isEnded()) return;
  keeper.moveTo({ kind: 'stopping' });
  pipeline.pauseInput();
  if (pipeline.samples() === 0) ending.complete(false);
  else pipeline.stop();
}

function requireStartable(phase: Phase, sampleRate: number): void {
  if (phase.kind !== 'idle')
    throw misused('A transcriber starts once. Create another for another recording.');
  if (!Number.isInteger(sampleRate) || sampleRate < 8000 || sampleRate > 192_000) {
    throw invalidOptions('sampleRate is a whole number from 8000 to 192000.');
  }
}

/** What ended the recording says more than what its source or its connection made of that. */
function throwIfEnded(phase: Phase): void {
  if (phase.kind === 'failed') throw new TranscriberError(phase.problem);
  if (phase.kind === 'stopped') throw new TranscriberError(ownProblem('closed'));
}
