import { ownProblem, TranscriberError } from '../problem.js';
import type { AudioSource, SourceListener } from './audio-source.js';
import { openCaptureGraph, type CaptureGraph } from './capture-graph.js';
import { createMicrophonesInUse, type MicrophonesInUseOptions } from './microphones-in-use.js';

interface MicrophoneSourceOptions extends MicrophonesInUseOptions, SourceListener {
  readonly workletUrl: string | URL;
}

/** A microphone, or two, or a stream of the page, whose sound is taken out of the browser's audio engine. */
export function createMicrophoneSource(options: MicrophoneSourceOptions): AudioSource {
  const { workletUrl, channels, onAudio } = options;
  const microphones = createMicrophonesInUse(options, (streams) => graph?.listenTo(streams));
  let graph: CaptureGraph | undefined;
  let isPaused = false;

  async function start(): Promise<void> {
    const opening = openCaptureGraph(workletUrl, channels, (blocks) => {
      if (!isPaused && graph) onAudio(blocks, graph.sampleRate);
    });
    // The user is asked while the worklet loads; if loading fails, nobody waits for the answer any more.
    opening.catch(() => undefined);
    try {
      await microphones.open();
      graph = await opening;
      if (microphones.isClosed()) throw new TranscriberError(ownProblem('closed'));
      graph.listenTo(microphones.streams());
    } catch (error) {
      opening.then(
        (opened) => opened.close(),
        () => undefined,
      );
      close();
      throw error;
    }
    if (isPaused) pause();
  }

  function pause(): void {
    isPaused = true;
    microphones.setEnabled(false);
    graph?.suspend();
  }

  function close(): void {
    microphones.close();
    graph?.close();
  }

  return {
    start,
    pause,
    resume: () => {
      isPaused = false;
      microphones.setEnabled(true);
      graph?.resume();
    },
    hasMore: () => false,
    stop: async () => {
      microphones.release();
      if (!isPaused) await graph?.drain();
      close();
    },
    close,
    useMicrophone: microphones.change,
  };
}
