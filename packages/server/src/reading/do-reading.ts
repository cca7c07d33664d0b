import { readVoskMessage } from '../compatibility/vosk/read-message.js';
import { readWhisperLiveOptions } from '../compatibility/whisper-live/read-options.js';
import { acceptKeyTerms } from '../key-terms/accept-key-terms.js';
import { readSharedFile } from '../key-terms/read-shared-file.js';
import { readClientEvent } from '../compatibility/openai-realtime/client-event.js';
import { readDeepgramMessage } from '../compatibility/deepgram/client-message.js';
import { readKeyTerms, readMessage } from './client-text.js';
import type { ReadingResults, ReadingTask } from './thread-messages.js';

/** Reads something in one go. */
export function doReading<Task extends ReadingTask>(task: Task): ReadingResults[Task['kind']];
export function doReading(task: ReadingTask): ReadingResults[ReadingTask['kind']] {
  switch (task.kind) {
    case 'message':
      return readMessage(task.frame);
    case 'vosk-message':
      return readVoskMessage(task.frame);
    case 'whisper-live-options':
      return readWhisperLiveOptions(task.frame);
    case 'deepgram-message':
      return readDeepgramMessage(task.frame);
    case 'realtime-event':
      return readClientEvent(task.frame);
    case 'key-terms':
      return readKeyTerms(task.text);
    case 'accept':
      return acceptKeyTerms(task.sent, task.shared, task.language);
    case 'shared-terms':
      return readSharedFile(task.file);
  }
}
