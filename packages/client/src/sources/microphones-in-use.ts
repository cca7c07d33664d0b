import { ownProblem, TranscriberError, type Problem } from '../problem.js';
import type { MicrophoneOptions } from '../transcriber-options.js';
import { createHeldStreams, type HeldStreams } from './held-streams.js';
import { mediaDevices, openMicrophones, stopStreams } from './microphone.js';

/** What a source listens to: a stream of the page, or microphones, which give way to others when they are unplugged. */
export interface MicrophonesInUse extends Pick<HeldStreams, 'streams' | 'setEnabled' | 'release'> {
  /** Asks for the microphones. Rejects with a `TranscriberError`. */
  readonly open: () => Promise<void>;
  /** Changes the first microphone. If that rejects with a `TranscriberError`, the old one stays. */
  readonly change: (deviceId: string) => Promise<void>;
  readonly close: () => void;
  readonly isClosed: () => boolean;
}

export interface MicrophonesInUseOptions extends MicrophoneChoice {
  /** The microphone is gone, and there is no other. */
  readonly onLost: (problem: Problem) => void;
  /** There is one again. */
  readonly onFound: () => void;
}

interface MicrophoneChoice {
  /** A stream to listen to instead of a microphone, which its owner releases. */
  readonly stream: MediaStream | undefined;
  readonly options: MicrophoneOptions;
  readonly channels: number;
}

type DeviceIds = readonly (string | undefined)[];

/** `onStreams` gets the streams to listen to whenever they change after `open`. */
export function createMicrophonesInUse(
  options: MicrophonesInUseOptions,
  onStreams: (streams: readonly MediaStream[]) => void,
): MicrophonesInUse {
  const { stream, onLost, onFound } = options;
  const held = createHeldStreams(onEnded);
  let deviceIds = chosenIds(options);
  let isLost = false;
  let isClosed = false;
  /** Counts the replacements, so that one that was overtaken is given up. */
  let replacements = 0;

  /** Listens to other microphones. Returns why it could not. */
  async function replace(ids: DeviceIds, orAnother: boolean): Promise<TranscriberError | undefined> {
    const own = ++replacements;
    const isOvertaken = (): boolean => isClosed || own !== replacements;
    try {
      const streams = await openAll(ids, orAnother, options);
      if (isOvertaken()) throw closedMeanwhile(streams);
      onStreams(streams);
      held.hold(streams, true);
      if (isLost) onFound();
      isLost = false;
      return undefined;
    } catch (error) {
      const failure = asMicrophoneError(error);
      if (orAnother && !isOvertaken())
        lose(failure.code === 'microphone_denied' ? failure : ownProblem('microphone_lost'));
      return failure;
    }
  }

  function lose({ code, message }: Problem): void {
    onStreams([]);
    if (!isLost) onLost({ code, message });
    isLost = true;
  }

  function onEnded(): void {
    if (isClosed || isLost) return;
    if (stream && !held.areOwn()) lose(ownProblem('microphone_lost'));
    else void replace(deviceIds, true);
  }

  function findAgain(): void {
    if (isLost && !stream && !isClosed) void replace(deviceIds, true);
  }

  return {
    ...held,
    open: async () => {
      held.hold(stream ? [stream] : await openAll(deviceIds, false, options), !stream);
      mediaDevices()?.addEventListener('devicechange', findAgain);
    },
    change: async (deviceId) => {
      const ids = [deviceId, ...deviceIds.slice(1)];
      const failure = await replace(ids, false);
      if (failure) throw failure;
      deviceIds = ids;
    },
    close: () => {
      isClosed = true;
      mediaDevices()?.removeEventListener('devicechange', findAgain);
      held.release();
    },
    isClosed: () => isClosed,
  };
}

function chosenIds({ options: { deviceId, secondDeviceId }, channels }: MicrophoneChoice): DeviceIds {
  return channels === 2 && secondDeviceId !== undefined ? [deviceId, secondDeviceId] : [deviceId];
}

function openAll(
  ids: DeviceIds,
  orAnother: boolean,
  { channels, options }: MicrophoneChoice,
): Promise<readonly MediaStream[]> {
  const stereo = channels === 2 && ids.length === 1;
  return openMicrophones(ids.map((deviceId) => ({ deviceId, orAnother, stereo, processing: options })));
}

function closedMeanwhile(streams: readonly MediaStream[]): TranscriberError {
  stopStreams(streams);
  return new TranscriberError(ownProblem('closed'));
}

function asMicrophoneError(error: unknown): TranscriberError {
  return error instanceof TranscriberError
    ? error
    : new TranscriberError(ownProblem('microphone_busy'), error);
}
