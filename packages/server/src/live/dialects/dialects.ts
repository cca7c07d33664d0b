import type { CreateDialect } from '../dialect.js';
import { createAuscult } from './auscult/auscult.js';
import { createRoot } from './open-servers/root.js';
import { createVosk } from './open-servers/vosk/vosk.js';
import { createWhisperLive } from './open-servers/whisper-live/whisper-live.js';

/** The dialects that the server speaks. */
export const DIALECTS: readonly CreateDialect[] = [createAuscult, createVosk, createWhisperLive, createRoot];
