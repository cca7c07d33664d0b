import { request as send, type ClientRequest, type IncomingMessage } from 'node:http';
import type { ScriptedServer } from '../support/scripted-server.js';
import { SPEECH_WAVE, waveFile } from '../support/wave.js';

const BOUNDARY = 'a-boundary-of-the-test';

/** A recording of silence, or nearly so. */
export function recording(seconds: number): Buffer<ArrayBuffer> {
  return waveFile(SPEECH_WAVE, Buffer.alloc(seconds * 32_000, 1));
}

/** A part of a form; one that is no text is a file. */
export type Part = [name: string, content: string | Buffer];

/** A form as programs write it themselves. */
export function formOf(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(([name, content]) => {
    const file = typeof content === 'string' ? '' : '; filename="visit.wav"\r\nContent-Type: audio/wav';
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')];
  });
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** Sends a form as programs do that write it themselves; without `headers`, with its length. */
export function sendForm(
  { url }: ScriptedServer,
  form: Buffer,
  headers: Record<string, string> = { 'content-length': String(form.length) },
): ClientRequest {
  const sent = send(`${url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
  });
  sent.on('error', () => undefined);
  sent.write(form);
  sent.end();
  return sent;
}

/** The answer to a form. */
export async function answerTo(sent: ClientRequest) {
  const response = await new Promise<IncomingMessage>((resolve) => sent.once('response', resolve));
  let text = '';
  for await (const piece of response as AsyncIterable<Buffer>) text += piece.toString();
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(text) as object };
}
