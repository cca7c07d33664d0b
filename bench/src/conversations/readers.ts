import { decodeClips } from '../clips/decode-clip.js';
import type { Clip } from '../clips/manifest.js';
import { joined } from '../clips/joined.js';
import { pitchOf } from './pitch.js';

/** Somebody who reads aloud, and all that is there of them. */
export interface Reader {
  readonly name: string;
  /** Their clips, 16 kHz, mono. */
  readonly clips: readonly Int16Array[];
  /** The median fundamental frequency, Hz. */
  readonly pitch: number;
}

/** The readers of LibriSpeech of whom there are at least so many seconds, from low voices to high ones. */
export async function readersOf(clips: readonly Clip[], leastSeconds: number): Promise<readonly Reader[]> {
  const readers: Reader[] = [];
  for (const [name, all] of byReader(clips)) {
    if (all.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0) < leastSeconds) continue;
    const sounds = (await decodeClips(all)).map(({ pcm }) => pcm);
    readers.push({ name, clips: sounds, pitch: pitchOf(joined(sounds)) });
  }
  return readers.sort((a, b) => a.pitch - b.pitch);
}

/** The number of the reader is in the names of the clips. */
function byReader(clips: readonly Clip[]): ReadonlyMap<string, readonly Clip[]> {
  const groups = new Map<string, Clip[]>();
  for (const clip of clips) {
    const name = /^librispeech\/(\d+)-/u.exec(clip.id)?.[1];
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), clip]);
  }
  return groups;
}
