import type { KnownSpeaker, Segment } from '@auscult/client';
import { recognitionOptionsOf } from '../settings/recognition.js';
import type { Settings } from '../settings/settings.js';
import type { Observable } from '../state/observable.js';
import { answerOf, ask, type Answer } from '../server/ask.js';

/** How far the transcription of a recording has come. */
interface TranscriptionProgress {
  readonly status: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** From 0 to 1. */
  readonly progress: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** What a transcription that is done came to. */
interface TranscriptionResult {
  readonly segments: readonly Omit<Segment, 'sequence'>[];
  /** Everybody who speaks, if speakers were told apart. */
  readonly speakers?: readonly KnownSpeaker[];
}

/** The server refused, or could not be reached. The message says why and what to do. */
export class TranscriptionError extends Error {}

/** The transcriptions of the server, for whoever is logged in. */
export interface TranscriptionsApi {
  /**
   * Sends a recording to be transcribed; resolves with the id of the transcription.
   *
   * @param onProgress told the share that was sent, from 0 to 1
   */
  readonly upload: (file: File, signal: AbortSignal, onProgress: (share: number) => void) => Promise<string>;
  /** How far a transcription has come. */
  readonly progressOf: (id: string, signal: AbortSignal) => Promise<TranscriptionProgress>;
  readonly resultOf: (id: string, signal: AbortSignal) => Promise<TranscriptionResult>;
  /** Cancels a transcription, or deletes its result. */
  readonly remove: (id: string) => Promise<void>;
}

/** Resolves when somebody is logged in again. */
type UntilIn = (signal: AbortSignal) => Promise<void>;

const PATH = 'api/v1/transcriptions';

/**
 * Makes the API. Requests that the server refuses because a login has ended are repeated once somebody has logged in.
 */
export function createTranscriptionsApi(untilIn: UntilIn, settings: Observable<Settings>): TranscriptionsApi {
  async function bodyOf<Body>(send: () => Promise<Answer<Body>>, signal: AbortSignal): Promise<Body> {
    const answer = await send();
    if (answer.kind === 'ok') return answer.body;
    if (answer.kind === 'unreachable' || answer.status !== 401) throw new TranscriptionError(answer.message);
    await untilIn(signal);
    return bodyOf(send, signal);
  }

  return {
    upload: async (file, signal, onProgress) => {
      const { id } = await bodyOf(() => post(file, settings.value, signal, onProgress), signal);
      return id;
    },
    progressOf: (id, signal) => bodyOf(() => ask(`${PATH}/${id}`, { signal }), signal),
    resultOf: (id, signal) => bodyOf(() => ask(`${PATH}/${id}/result?format=json`, { signal }), signal),
    // The server deletes it a little later anyway, so a failure does not matter.
    remove: async (id) => {
      await ask(`${PATH}/${id}`, { method: 'DELETE' });
    },
  };
}

function post(
  file: File,
  settings: Settings,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Answer<{ readonly id: string }>> {
  const form = new FormData();
  for (const [name, value] of Object.entries(recognitionOptionsOf(settings)))
    form.append(name, String(value));
  // The server keeps no name, so none is sent.
  form.append('file', file, 'recording');
  // fetch() does not tell how much of a body was sent.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => {
      onProgress(total > 0 ? loaded / total : 0);
    };
    request.onloadend = () => {
      const { status, responseText } = request;
      resolve(answerOf(status, responseText, request.getResponseHeader('retry-after')));
    };
    request.onabort = () => {
      reject(new DOMException('The upload was cancelled.', 'AbortError'));
    };
    signal.addEventListener('abort', () => {
      request.abort();
    });
    request.open('POST', PATH);
    request.send(form);
  });
}
