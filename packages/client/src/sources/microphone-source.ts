import { ownProblem, TranscriberError, type Problem } from '../problem.js';
import type { MicrophoneOptions } from '../transcriber-options.js';
import type { AudioSource, SourceListener } from './audio-source.js';
import { openCaptureGraph, type CaptureGraph } from './capture-graph.js';
import { mediaDevices, openMicrophone } from './microphone.js';

interface MicrophoneListener extends SourceListener {
  /** The microphone is gone, and there is no other. */
  readonly onLost: (problem: Problem) => void;
  /** There is one again. */
  readonly onFound: () => void;
}

interface MicrophoneSourceOptions {
  /** A stream to listen to instead of a microphone, which its owner releases. */
  readonly stream: MediaStream | undefined;
  readonly options: MicrophoneOptions;
  readonly channels: number;
  readonly workletUrl: string | URL;
  readonly listener: MicrophoneListener;
}

/** A microphone, or two, or a stream of the page. A microphone that is unplugged gives way to another. */
export function createMicrophoneSource(given: MicrophoneSourceOptions): AudioSource {
  const { stream, options, channels, workletUrl, listener } = given;
  let deviceIds =
    channels === 2 && options.secondDeviceId !== undefined
      ? [options.deviceId, options.secondDeviceId]
      : [options.deviceId];
  let owned: readonly MediaStream[] = [];
  let graph: CaptureGraph | undefined;
  let isPaused = false;
  let isLost = false;
  let isClosed = false;
  /** Counts the changes of microphone, so that a change that was overtaken is given up. */
  let change = 0;

  async function start(): Promise<void> {
    const opening = openCaptureGraph(workletUrl, channels, (blocks) => {
      if (!isPaused && graph) listener.onAudio(blocks, graph.sampleRate);
    });
    // The user is asked while the worklet loads; if loading fails, nobody waits for the answer any more.
    opening.catch(() => undefined);
    try {
      const streams = stream ? [stream] : await openAll(deviceIds, false);
      if (!stream) owned = streams;
      graph = await opening;
      if (isClosed) throw new TranscriberError(ownProblem('closed'));
      listenTo(streams);
    } catch (error) {
      opening.then(
        (opened) => {
          opened.close();
        },
        () => undefined,
      );
      close();
      throw error;
    }
    mediaDevices()?.addEventListener('devicechange', findAgain);
    if (isPaused) pause();
  }

  function openAll(
    ids: readonly (string | undefined)[],
    orAnother: boolean,
  ): Promise<readonly MediaStream[]> {
    const stereo = channels === 2 && ids.length === 1;
    return allOrNone(
      ids.map((deviceId) => openMicrophone({ deviceId, orAnother, stereo, processing: options })),
    );
  }

  function listenTo(streams: readonly MediaStream[]): void {
    graph?.listenTo(streams);
    for (const track of streams.flatMap((each) => each.getAudioTracks())) {
      track.addEventListener('ended', onEnded);
    }
  }

  function onEnded(): void {
    if (isClosed || isLost) return;
    if (stream && owned.length === 0) lose(ownProblem('microphone_lost'));
    else void replace(deviceIds, true);
  }

  /** Opens other microphones and listens to them, then releases the former ones. Returns how that ended. */
  async function replace(
    ids: readonly (string | undefined)[],
    orAnother: boolean,
  ): Promise<TranscriberError | undefined> {
    const own = ++change;
    try {
      const streams = await openAll(ids, orAnother);
      if (isClosed || own !== change) {
        releaseAll(streams);
        return new TranscriberError(ownProblem('closed'));
      }
      const before = owned;
      owned = streams;
      listenTo(streams);
      releaseAll(before);
      setEnabled(!isPaused);
      if (isLost) listener.onFound();
      isLost = false;
      return undefined;
    } catch (error) {
      const failure =
        error instanceof TranscriberError
          ? error
          : new TranscriberError(ownProblem('microphone_busy'), error);
      if (orAnother && !isClosed && own === change)
        lose(failure.code === 'microphone_denied' ? failure : ownProblem('microphone_lost'));
      return failure;
    }
  }

  function lose({ code, message }: Problem): void {
    graph?.listenTo([]);
    if (!isLost) listener.onLost({ code, message });
    isLost = true;
  }

  function findAgain(): void {
    if (isLost && !stream && !isClosed) void replace(deviceIds, true);
  }

  function releaseAll(streams: readonly MediaStream[]): void {
    for (const track of streams.flatMap((each) => each.getTracks())) {
      track.removeEventListener('ended', onEnded);
      track.stop();
    }
  }

  function setEnabled(enabled: boolean): void {
    for (const track of owned.flatMap((each) => each.getTracks())) track.enabled = enabled;
  }

  function pause(): void {
    isPaused = true;
    setEnabled(false);
    graph?.suspend();
  }

  function close(): void {
    isClosed = true;
    mediaDevices()?.removeEventListener('devicechange', findAgain);
    for (const track of stream?.getTracks() ?? []) track.removeEventListener('ended', onEnded);
    releaseAll(owned);
    owned = [];
    graph?.close();
  }

  return {
    start,
    pause,
    resume: () => {
      isPaused = false;
      setEnabled(true);
      graph?.resume();
    },
    hasMore: () => false,
    stop: async () => {
      releaseAll(owned);
      if (!isPaused) await graph?.drain();
      close();
    },
    close,
    useMicrophone: async (deviceId) => {
      const ids = [deviceId, ...deviceIds.slice(1)];
      const failure = await replace(ids, false);
      if (failure) throw failure;
      deviceIds = ids;
    },
  };
}

/** All streams, or none of them: what was opened is released again if another fails. */
async function allOrNone(opening: readonly Promise<MediaStream>[]): Promise<readonly MediaStream[]> {
  const results = await Promise.allSettled(opening);
  const streams = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return streams;
  for (const track of streams.flatMap((stream) => stream.getTracks())) track.stop();
  throw failed.reason;
}
