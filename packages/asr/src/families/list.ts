import type { ModelFamily } from './model-family.js';
import { moonshineFamily } from './moonshine/family.js';
import { whisperFamily } from './whisper/family.js';

/** All families, that of the default model first. One more is its folder and a line here. */
export const families: readonly ModelFamily[] = [moonshineFamily, whisperFamily];
