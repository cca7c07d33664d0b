import type { SpeechModel } from '../../decoding/speech-model.js';
import { openMoonshine, type MoonshineFiles } from '../../families/moonshine/moonshine-model.js';
import { openWhisper, type WhisperFiles } from '../../families/whisper/whisper-model.js';

/** The prepared files of a model. */
export type ModelFiles = MoonshineFiles | WhisperFiles;

/** Loads a prepared model of any family. Throws what loading throws. */
export function openModel(files: ModelFiles): Promise<SpeechModel> {
  switch (files.family) {
    case 'moonshine':
      return openMoonshine(files);
    case 'whisper':
      return openWhisper(files);
  }
}
