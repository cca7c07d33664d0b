import { recordingTarget } from './recording.js';

export const target = recordingTarget('webm');
