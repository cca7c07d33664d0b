import { auscultOgg, auscultWebm, deepgramOgg, deepgramWebm } from './containers.js';
import type { InputKind } from './input-kind.js';
import {
  auscultMessages,
  deepgramMessages,
  realtimeEvents,
  voskMessages,
  whisperLiveMessages,
} from './messages.js';
import { deepgramQueries, deepgramUploads, openAiForms, openAiUploads, secretOrders } from './requests.js';

/** All kinds of invalid input, by name. */
export const inputKinds: Readonly<Record<string, InputKind>> = {
  'auscult-messages': auscultMessages,
  'deepgram-messages': deepgramMessages,
  'realtime-events': realtimeEvents,
  'vosk-messages': voskMessages,
  'whisper-live-messages': whisperLiveMessages,
  'deepgram-queries': deepgramQueries,
  'secret-orders': secretOrders,
  'openai-forms': openAiForms,
  'openai-uploads': openAiUploads,
  'deepgram-uploads': deepgramUploads,
  'deepgram-webm': deepgramWebm,
  'deepgram-ogg': deepgramOgg,
  'auscult-webm': auscultWebm,
  'auscult-ogg': auscultOgg,
};
