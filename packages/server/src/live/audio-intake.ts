import { setImmediate as nextTurn } from 'node:timers/promises';
import { blockBytes, checkAudioLength, describeError, holdsSamples } from '@auscult/protocol';
import { clientErrorOf } from '../errors.js';
import type { AudioCommand } from './commands.js';
import { createDecodedIntake, type DecodedIntake, type DecodedIntakeServices } from './decoded-intake.js';
import { createEncodedAudioWatch, type EncodedAudio } from './encoded-audio.js';
import type { Problem } from './events.js';
import type { Superseded } from './when-read.js';

/** Takes the audio of a session and passes it on to its channels, which the first audio opens. */
export interface AudioIntake extends Pick<DecodedIntake, 'prepare' | 'end' | 'close'> {
  readonly take: (audio: AudioCommand, superseded: Superseded) => void | Promise<void>;
}

/** Where an intake passes audio to, and what it reports. */
export interface IntakeServices extends DecodedIntakeServices {
  /** Called when audio was as it should be, as far as that shows before it is decoded. */
  readonly onSensible: () => void;
  /** Called when a piece of audio was refused as a whole. */
  readonly onRefused: (problem: Problem) => void;
  /** Called when bytes that should be samples look like something else. */
  readonly onEncoded: (encoded: EncodedAudio) => void;
}

/** Audio that is taken at a time, bytes: resampling it takes 4 ms at most (bench `hostile-input`). */
const AT_ONCE_BYTES = 32_768;

/** Starts without audio. */
export function createAudioIntake(services: IntakeServices): AudioIntake {
  const { channels, settings, received, onSensible, onRefused, onTaken, onEncoded } = services;
  const encodedAudio = createEncodedAudioWatch();
  const decoded = createDecodedIntake(services);

  /** Takes a long piece in parts, so that other sessions are served in between. */
  async function pushInParts({ pcm, sampleRate }: AudioCommand, superseded: Superseded): Promise<void> {
    for (let at = 0; at < pcm.length && !superseded(); at += AT_ONCE_BYTES) {
      if (!push(pcm.subarray(at, at + AT_ONCE_BYTES), sampleRate)) return;
      await nextTurn();
    }
  }

  /** Returns whether the audio was taken. */
  function push(pcm: Uint8Array, sampleRate: number | undefined): boolean {
    const isNew = !channels.isOpen();
    channels.open();
    const before = channels.receivedSeconds();
    try {
      channels.push(pcm, sampleRate);
    } catch (thrown) {
      const { code, details } = clientErrorOf(thrown);
      if (code === 'internal_error') throw thrown;
      onRefused(describeError(code, details));
      return false;
    }
    const layout = settings();
    if (holdsSamples(layout)) {
      const rate = sampleRate ?? (isNew ? layout.sampleRate : undefined);
      received.addSamples(pcm.length / blockBytes(layout), rate, isNew ? before : undefined);
    }
    onTaken(channels.receivedSeconds() - before);
    return true;
  }

  return {
    take: (audio, superseded) => {
      const layout = settings();
      if (!holdsSamples(layout)) {
        onSensible();
        return decoded.take(audio.pcm, superseded);
      }
      const encoded = encodedAudio.take(audio.pcm, layout.encoding);
      if (encoded) onEncoded(encoded);
      const problem = checkAudioLength(audio.pcm.length, settings());
      if (problem) return onRefused(problem);
      onSensible();
      if (audio.pcm.length > AT_ONCE_BYTES) return pushInParts(audio, superseded);
      push(audio.pcm, audio.sampleRate);
    },
    prepare: decoded.prepare,
    end: decoded.end,
    close: decoded.close,
  };
}
