import type { SpeechModel } from '../../decoding/speech-model.js';
import { openMoonshine } from '../../families/moonshine/moonshine-model.js';
import { openWhisper } from '../../families/whisper/whisper-model.js';
import type { ModelFiles } from '../messages/worker-messages.js';

/** Loads a prepared model of any family. Throws what loading throws. */
export function openModel(files: ModelFiles): Promise<SpeechModel> {
  switch (files.family) {
    case 'moonshine':
      return openMoonshine(files);
    case 'whisper':
      return openWhisper(files);
  }
}
