import { createIntake, silentLevels, type Intake, type Level } from './intake.js';

/** Takes the audio of a recording, even if its rate changes. */
export interface AudioInput {
  /** Samples of each channel, equally many, within ±1. */
  readonly take: (channels: readonly Float32Array[], sampleRate: number) => void;
  /** The audio stops here, for now or for good: gives out what is still held, and reports silence. */
  readonly pause: () => void;
  /** Takes silence instead of the audio that comes. */
  readonly mute: (muted: boolean) => void;
}

interface AudioInputOptions {
  readonly channels: number;
  /** Given what is to be sent: interleaved, 16 kHz. */
  readonly onSamples: (interleaved: Int16Array) => void;
  readonly onLevel: (levels: readonly Level[]) => void;
}

export function createAudioInput({ channels, onSamples, onLevel }: AudioInputOptions): AudioInput {
  let current: { readonly sampleRate: number; readonly intake: Intake } | undefined;
  let isMuted = false;

  function intakeAt(sampleRate: number): Intake {
    if (current?.sampleRate === sampleRate) return current.intake;
    current?.intake.flush();
    const intake = createIntake(sampleRate, channels, onSamples, onLevel);
    intake.mute(isMuted);
    current = { sampleRate, intake };
    return intake;
  }

  return {
    take: (samples, sampleRate) => {
      intakeAt(sampleRate).push(samples);
    },
    pause: () => {
      current?.intake.flush();
      current = undefined;
      onLevel(silentLevels(channels));
    },
    mute: (muted) => {
      isMuted = muted;
      current?.intake.mute(muted);
    },
  };
}
