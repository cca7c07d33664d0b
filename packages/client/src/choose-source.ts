import type { Pipeline } from './pipeline.js';
import { invalidOptions, type Problem } from './problem.js';
import type { AudioSource } from './sources/audio-source.js';
import { createMicrophoneSource } from './sources/microphone-source.js';
import { createPcmSource } from './sources/pcm-source.js';
import { createRecorderSource } from './sources/recorder-source.js';
import type { StateKeeper } from './state-keeper.js';
import type { Source, TranscriberOptions } from './transcriber-options.js';

/** Makes the source of a recording's audio: what was given, at `sampleRate` if it is PCM, or a microphone. */
export type ChooseSource = (given: Source | undefined, sampleRate: number) => AudioSource;

interface ChoiceParts {
  readonly options: TranscriberOptions;
  readonly channels: number;
  readonly keeper: StateKeeper;
  readonly pipeline: Pipeline;
  /** PCM could not be read any further. */
  readonly onFailed: (cause: unknown) => void;
  readonly onProblem: (problem: Problem) => void;
}

/** Sources whose audio goes into the pipeline until the recording is over. */
export function sourceChooser(parts: ChoiceParts): ChooseSource {
  const { options, channels, keeper, pipeline, onFailed, onProblem } = parts;
  const onAudio = (samples: readonly Float32Array[], rate: number): void => {
    if (!keeper.isEnded()) pipeline.take(samples, rate);
  };
  const microphone = (stream: MediaStream | undefined) => ({
    stream,
    options: options.microphone ?? {},
    channels,
    onLost: (problem: Problem) => {
      keeper.change({ isMicrophoneLost: true });
      onProblem(problem);
    },
    onFound: () => keeper.change({ isMicrophoneLost: false }),
  });
  return (given, sampleRate) => {
    const isRecorded = options.capture === 'recorder';
    if (given && Symbol.asyncIterator in given) {
      if (isRecorded) throw invalidOptions('PCM is not recorded: leave capture out.');
      const { room } = pipeline;
      return createPcmSource({ chunks: given, sampleRate, channels, onAudio, room, onFailed });
    }
    if (isRecorded)
      return createRecorderSource({
        ...microphone(given),
        onBegin: pipeline.beginRecording,
        onBytes: (bytes, seconds) => {
          if (!keeper.isEnded()) pipeline.takeRecorded(bytes, seconds);
        },
        onPaused: pipeline.finalize,
        whenStranded: pipeline.whenStranded,
      });
    return createMicrophoneSource({
      ...microphone(given),
      // This module lies beside the worklet, as a bundle of the SDK does.
      workletUrl: options.workletUrl ?? new URL('./capture-worklet.js', import.meta.url),
      onAudio,
    });
  };
}
