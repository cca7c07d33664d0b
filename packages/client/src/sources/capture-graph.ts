import { ownProblem, TranscriberError } from '../problem.js';

/** Takes the sound of streams out of the browser's audio engine. */
export interface CaptureGraph {
  readonly sampleRate: number;
  /** Listens to these streams instead of the former ones: one for all channels, or one for each. */
  readonly listenTo: (streams: readonly MediaStream[]) => void;
  readonly suspend: () => void;
  readonly resume: () => void;
  /** Resolves once everything that was heard has been given. */
  readonly drain: () => Promise<void>;
  readonly close: () => void;
}

/**
 * How long the audio engine may take to give out what it still holds, milliseconds. A suspended one never answers.
 */
const DRAIN_MS = 250;

/**
 * Starts an audio engine with the capture worklet. `onAudio` is given about 50 ms at a time, a block a channel.
 * Rejects with `microphones_unsupported` or `worklet_missing`.
 */
export async function openCaptureGraph(
  workletUrl: string | URL,
  channels: number,
  onAudio: (channels: readonly Float32Array[]) => void,
): Promise<CaptureGraph> {
  if (typeof AudioWorkletNode === 'undefined') {
    throw new TranscriberError(ownProblem('microphones_unsupported'));
  }
  // At the device's own rate, since not every browser connects a microphone to an engine with another rate.
  const context = new AudioContext({ latencyHint: 'interactive' });
  try {
    await context.audioWorklet.addModule(workletUrl);
  } catch (error) {
    void context.close();
    throw new TranscriberError(
      {
        code: 'worklet_missing',
        message: `The capture worklet could not be loaded from ${String(workletUrl)}. Serve capture-worklet.js there, or say in workletUrl where it is.`,
      },
      error,
    );
  }
  return connectWorklet(context, channels, onAudio);
}

function connectWorklet(
  context: AudioContext,
  channels: number,
  onAudio: (channels: readonly Float32Array[]) => void,
): CaptureGraph {
  const worklet = createWorklet(context, channels);
  let drained = (): void => undefined;
  worklet.port.onmessage = ({ data }: MessageEvent<readonly Float32Array[] | 'drained'>) => {
    if (data === 'drained') drained();
    else onAudio(data);
  };
  // Its output is silent, but engines run only nodes that are connected to an output.
  worklet.connect(context.destination);
  let wanted = true;
  let nodes: readonly AudioNode[] = [];

  const run = (): void => {
    // Rejected if the engine is closed already.
    if (wanted && context.state !== 'running') context.resume().catch(() => undefined);
  };
  // Phone calls and other pages interrupt it.
  context.onstatechange = run;
  run();
  return {
    sampleRate: context.sampleRate,
    listenTo: (streams) => {
      const before = nodes;
      nodes = join(context, streams, worklet);
      for (const node of before) node.disconnect();
    },
    suspend: () => {
      wanted = false;
      void context.suspend();
    },
    resume: () => {
      wanted = true;
      run();
    },
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        setTimeout(resolve, DRAIN_MS);
        worklet.port.postMessage('drain');
      }),
    close: () => {
      wanted = false;
      worklet.port.onmessage = null;
      context.close().catch(() => undefined);
    },
  };
}

function createWorklet(context: AudioContext, channels: number): AudioWorkletNode {
  return new AudioWorkletNode(context, 'auscult-capture', {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    channelCount: channels,
    channelCountMode: 'explicit',
    // To one channel, stereo is mixed; to two, a mono microphone must not be heard twice.
    channelInterpretation: channels === 1 ? 'speakers' : 'discrete',
  });
}

/** Connects streams to the worklet; returns the nodes that have to be disconnected later. */
function join(
  context: AudioContext,
  streams: readonly MediaStream[],
  worklet: AudioWorkletNode,
): readonly AudioNode[] {
  const sources = streams.map((stream) => context.createMediaStreamSource(stream));
  if (sources.length < 2) {
    for (const source of sources) source.connect(worklet);
    return sources;
  }
  const merger = context.createChannelMerger(sources.length);
  // A merger's input mixes a stream with more channels down to mono.
  sources.forEach((source, channel) => source.connect(merger, 0, channel));
  merger.connect(worklet);
  return [...sources, merger];
}
