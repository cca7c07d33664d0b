// What is needed once somebody dictates, in a file of its own.
export { createVoiceCommands } from '../commands/voice-commands.js';
export { createOverlay } from './overlay.js';
