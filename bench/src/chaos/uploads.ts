import { readFile } from 'node:fs/promises';
import type { DecodedClip } from '../clips/sound.js';
import { trackOf } from '../load/track.js';
import type { Note } from './history.js';
import { voiceOf } from './voice.js';

const PATH = '/api/v1/transcriptions';
const ANSWERS_WITHIN_MS = 20_000;

/** Uploads a recording, and notes its id if it was accepted. */
export async function upload(url: string, clip: DecodedClip, note: Note): Promise<void> {
  const body = new FormData();
  body.append('file', new Blob([await readFile(clip.clip.file)]), 'recording.flac');
  try {
    const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
    const response = await fetch(url + PATH, { method: 'POST', body, signal });
    if (response.status !== 202) {
      await response.body?.cancel();
      return;
    }
    const { id } = (await response.json()) as { readonly id: string };
    const track = trackOf([clip]);
    note({ saw: 'speech', who: id, seconds: track.seconds, voice: voiceOf(track) });
    note({ saw: 'accepted', upload: id });
  } catch {
    // The connection broke, so nothing was promised.
  }
}

/** A transcription as a server answers it. */
export interface Transcription {
  readonly id: string;
  readonly status: string;
  readonly sessionId?: string;
}

/** All transcriptions that a server knows. */
export async function transcriptionsOf(httpUrl: string): Promise<readonly Transcription[]> {
  const response = await fetch(httpUrl + PATH, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  const { transcriptions } = (await response.json()) as { readonly transcriptions: readonly Transcription[] };
  return transcriptions;
}
