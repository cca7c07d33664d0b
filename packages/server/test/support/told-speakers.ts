import type { KnownSpeaker, Word } from '@auscult/protocol';
import type { ScriptedServer } from './scripted-server.js';
import { until } from './until.js';

/** The part of a record that says who speaks. */
interface SpokenRecord {
  readonly speakers: readonly KnownSpeaker[];
  readonly segments: readonly {
    readonly place: number;
    readonly versions: readonly {
      readonly text: string;
      readonly sequence?: number;
      readonly speaker?: number;
      readonly words: readonly Word[];
    }[];
  }[];
}

/** The record of a session, over HTTP. */
export async function readRecord({ url }: Pick<ScriptedServer, 'url'>, id: string): Promise<SpokenRecord> {
  const answer = await fetch(`${url}/api/v1/sessions/${id}`);
  return (await answer.json()) as SpokenRecord;
}

/** Who said each word of each final, in its newest version. */
export function speakersOfWords({ segments }: SpokenRecord): readonly (number | undefined)[][] {
  return segments.map(({ versions }) => (versions.at(-1)?.words ?? []).map(({ speaker }) => speaker));
}

/** Corrects the speakers of a record. */
export async function correctOverHttp(
  { url }: Pick<ScriptedServer, 'url'>,
  id: string,
  corrections: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${url}/api/v1/sessions/${id}/speakers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(corrections),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Bytes of a second of a channel, s16le at 16 kHz. */
const BYTES_PER_SECOND = 32_000;

/** The newest stream, once there are as many streams, and it has got so much audio, seconds. */
export async function streamOf({ recognizer }: ScriptedServer, seconds: number, streams = 1) {
  const bytes = (): number =>
    recognizer.streams.at(-1)?.pushed.reduce((sum, { length }) => sum + length, 0) ?? 0;
  await until(() => recognizer.streams.length >= streams && bytes() >= seconds * BYTES_PER_SECOND);
  const stream = recognizer.streams.at(-1);
  if (stream === undefined) throw new Error('no stream was opened');
  return stream;
}
