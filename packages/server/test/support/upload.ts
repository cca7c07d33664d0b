import { readFile } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { clipPath } from '../../../asr/test/clips/clips.js';

/** The server's answer about a transcription. */
export interface TranscriptionAnswer {
  readonly id: string;
  readonly origin: string;
  readonly sessionId?: string;
  readonly status: string;
  readonly progress: number;
  readonly audioSeconds?: number;
  readonly damaged: boolean;
  readonly error?: { readonly code: string };
}

const API = '/api/v1/transcriptions';
const BOUNDARY = 'a-boundary-of-the-test';

/** A real recording, as a file of a form. */
export async function clipFile(path = 'dictation/joe_s001.flac'): Promise<Blob> {
  return new Blob([await readFile(clipPath(path))]);
}

/** A form with a file, and fields after it. */
export function formOf(file: Blob, fields: Readonly<Record<string, string>> = {}): FormData {
  const form = new FormData();
  form.append('file', file, 'Jane Doe, knee.wav');
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

/** Sends a form. */
export function post(
  url: string,
  body: FormData | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + API, { method: 'POST', body, headers });
}

/** Sends a form, expects that it is accepted, and returns its transcription. */
export async function submit(
  url: string,
  file: Blob,
  fields: Readonly<Record<string, string>> = {},
): Promise<TranscriptionAnswer> {
  const response = await post(url, formOf(file, fields));
  if (response.status !== 202) throw new Error(`refused with ${response.status}: ${await response.text()}`);
  return (await response.json()) as TranscriptionAnswer;
}

/** All transcriptions that the server knows. */
export async function listed(url: string): Promise<readonly TranscriptionAnswer[]> {
  const body = (await (await fetch(url + API)).json()) as { transcriptions: readonly TranscriptionAnswer[] };
  return body.transcriptions;
}

/** A transcription as it is now. */
export async function inspect(url: string, id: string): Promise<TranscriptionAnswer> {
  return (await (await fetch(`${url}${API}/${id}`)).json()) as TranscriptionAnswer;
}

/** Waits until a transcription is neither waiting nor running. */
export async function ended(url: string, id: string): Promise<TranscriptionAnswer> {
  for (;;) {
    const transcription = await inspect(url, id);
    if (!['queued', 'running'].includes(transcription.status)) return transcription;
    await sleep(10);
  }
}

export function result(
  url: string,
  id: string,
  query = '',
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}${API}/${id}/result${query}`, { headers });
}

export function remove(url: string, id: string): Promise<Response> {
  return fetch(`${url}${API}/${id}`, { method: 'DELETE' });
}

/** The form of `formOf` byte by byte, for uploads that a browser would not make. */
export function formHead(name = 'file'): Buffer {
  return Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="visit.wav"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
}

export const FORM_TAIL = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);

/** An upload whose body the test writes itself. */
export interface RawUpload {
  readonly request: ClientRequest;
  /** Resolves with the answer. Rejects if the connection breaks first. */
  readonly answered: Promise<{
    readonly status: number;
    readonly headers: IncomingMessage['headers'];
    readonly body: unknown;
  }>;
}

export function rawUpload(url: string, headers: Record<string, string> = {}): RawUpload {
  const sent = request(url + API, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
  });
  const answered = new Promise<Awaited<RawUpload['answered']>>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text === '' ? undefined : JSON.parse(text),
        });
      });
    });
  });
  answered.catch(() => undefined);
  return { request: sent, answered };
}
