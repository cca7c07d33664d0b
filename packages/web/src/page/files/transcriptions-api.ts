import type { Segment } from '@auscult/client';

/** How far the transcription of a recording has come. */
export interface TranscriptionProgress {
  readonly status: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** From 0 to 1. */
  readonly progress: number;
  readonly error?: { readonly message: string };
}

/** A segment of a result. */
export type ResultSegment = Omit<Segment, 'sequence'>;

/** The server refused, or could not be reached. The message says why and what to do. */
export class TranscriptionError extends Error {}

const PATH = 'api/v1/transcriptions';
const UNREACHABLE = 'The server cannot be reached. Check the network, then try again.';

/**
 * Sends a recording to be transcribed; resolves with the id of the transcription.
 *
 * @param onProgress told the share that was sent, from 0 to 1
 */
export function upload(
  file: File,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<string> {
  const form = new FormData();
  form.append('words', 'true');
  // The server keeps no name, so none is sent.
  form.append('file', file, 'recording');
  // fetch() does not tell how much of a body was sent.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => {
      onProgress(total > 0 ? loaded / total : 0);
    };
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status === 202 && typeof body['id'] === 'string') resolve(body['id']);
      else reject(refusalOf(body));
    };
    request.onerror = () => {
      reject(new TranscriptionError(UNREACHABLE));
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

/** How far a transcription has come. */
export async function progressOf(id: string, signal: AbortSignal): Promise<TranscriptionProgress> {
  return (await ask(`${PATH}/${id}`, { signal })) as unknown as TranscriptionProgress;
}

/** The segments of a transcription that is done. */
export async function resultOf(id: string, signal: AbortSignal): Promise<readonly ResultSegment[]> {
  const { segments } = await ask(`${PATH}/${id}/result?format=json`, { signal });
  return segments as readonly ResultSegment[];
}

/** Cancels a transcription, or has its result forgotten. */
export async function remove(id: string): Promise<void> {
  // It is forgotten by itself a little later, so a failure here need concern nobody.
  await fetch(`${PATH}/${id}`, { method: 'DELETE' }).catch(() => undefined);
}

async function ask(path: string, init: RequestInit): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(path, init).catch((error: unknown) => {
    throw init.signal?.aborted === true ? error : new TranscriptionError(UNREACHABLE);
  });
  const body = parse(await response.text());
  if (!response.ok) throw refusalOf(body);
  return body;
}

function refusalOf(body: Readonly<Record<string, unknown>>): TranscriptionError {
  const { error } = body as { readonly error?: { readonly message?: string } };
  return new TranscriptionError(
    error?.message ?? 'The server gave no answer that makes sense. Try again later.',
  );
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
