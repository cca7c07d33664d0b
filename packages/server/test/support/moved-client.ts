import { connect, type Client } from './client.js';
import type { ScriptedServer } from './scripted-server.js';
import { until } from './until.js';

/** What a client knows of its session. */
export interface KnownSession {
  readonly sessionId: string;
  readonly resume?: { readonly token: string } | undefined;
}

/** Connects to a server and asks it for a session. `next`: the first final of each channel that the client lacks. */
export async function resumeAt(
  { url }: Pick<ScriptedServer, 'url'>,
  { sessionId, resume }: KnownSession,
  next: readonly number[],
): Promise<Client> {
  const client = await connect(url, { protocols: ['auscult.v1'], path: '/ws/transcribe?resume' });
  client.send({ type: 'resume', sessionId, token: resume?.token, next });
  return client;
}

/** The newest stream of a server, once there is one. */
export async function streamOf({
  recognizer,
}: Pick<ScriptedServer, 'recognizer'>): Promise<ScriptedServer['recognizer']['streams'][number]> {
  await until(() => recognizer.streams.length > 0);
  const stream = recognizer.streams.at(-1);
  if (!stream) throw new Error('there is no stream');
  return stream;
}

/** How many samples these are. */
export function samplesIn(pieces: readonly Float32Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Resolves once a stream of one channel at 16 kHz was given so much, seconds: long messages come in parts. */
export function taken({ pushed }: Awaited<ReturnType<typeof streamOf>>, seconds: number): Promise<void> {
  return until(() => pushed.reduce((sum, { length }) => sum + length, 0) === seconds * 32_000);
}

/** A record, as far as these tests look at it. */
interface RecordBody {
  readonly endedAt?: string;
  readonly texts: readonly (string | undefined)[];
}

/** The record of a session, as a server answers it. */
export async function recordOf({ url }: Pick<ScriptedServer, 'url'>, id: string): Promise<RecordBody> {
  const body = (await (await fetch(`${url}/api/v1/sessions/${id}`)).json()) as {
    readonly endedAt?: string;
    readonly segments: readonly { readonly versions: readonly { readonly text: string }[] }[];
  };
  return { ...body, texts: body.segments.map(({ versions }) => versions[0]?.text) };
}

/** The ids of all sessions. */
export async function sessionsOf({ url }: Pick<ScriptedServer, 'url'>): Promise<readonly string[]> {
  const { sessions } = (await (await fetch(`${url}/api/v1/sessions`)).json()) as {
    readonly sessions: readonly { readonly id: string }[];
  };
  return sessions.map(({ id }) => id);
}
