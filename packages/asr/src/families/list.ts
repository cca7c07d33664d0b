import type { ModelFamily } from './model-family.js';
import { moonshineFamily } from './moonshine/family.js';
import { whisperFamily } from './whisper/family.js';

/** All families, the one of the default model first. A further family is a folder and a line here. */
export const families: readonly ModelFamily[] = [moonshineFamily, whisperFamily];
