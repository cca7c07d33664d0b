import type { CreateDialect } from '../dialect.js';
import { createAuscult } from './auscult/auscult.js';
import { createDeepgram } from './deepgram/deepgram.js';
import { createOpenAiRealtime } from './openai-realtime/openai-realtime.js';
import { createVosk } from './vosk/vosk.js';

/** The dialects that the server speaks. */
export const DIALECTS: readonly CreateDialect[] = [
  createAuscult,
  createDeepgram,
  createOpenAiRealtime,
  createVosk,
];
