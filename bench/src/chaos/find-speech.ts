import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { join } from 'node:path';
import type { DecodedClip } from '../clips/sound.js';
import type { Seen } from './history.js';

/** Bytes of audio that cannot be somewhere by chance. */
const AUDIO_BYTES = 64;
/** Shorter texts prove nothing. */
const LEAST_LETTERS = 20;

/** What would be found if speech, or what was recognised of it, lay somewhere in the clear. */
export interface Canary {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Looks for the middle of each clip, and for texts that clients were told. */
export function canariesOf(clips: readonly DecodedClip[], seen: readonly Seen[]): readonly Canary[] {
  const texts = new Set(
    seen.flatMap((one) => (one.saw === 'told' && one.text.length >= LEAST_LETTERS ? [one.text] : [])),
  );
  return [
    ...clips.map(({ pcm, clip }) => ({ what: `the audio of ${clip.id}`, bytes: middleOf(pcm) })),
    ...[...texts].slice(0, MOST_TEXTS).flatMap((text) => [
      { what: 'the text of a final', bytes: Buffer.from(text) },
      { what: 'the text of a final as UTF-16', bytes: Buffer.from(text, 'utf16le') },
    ]),
  ];
}

/** Each is looked for in each file, so that more would take long. */
const MOST_TEXTS = 20;

function middleOf(pcm: Int16Array): Buffer {
  const bytes = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const middle = 2 * Math.floor(bytes.length / 4);
  return bytes.subarray(middle, middle + AUDIO_BYTES);
}

/** Looks for them in all files below a folder, logs included. Leaves the event loop free between files. */
export async function findSpeech(
  folder: string,
  canaries: readonly Canary[],
  onFound: (what: string, file: string) => void,
): Promise<void> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = contentOf(file);
    for (const canary of canaries) if (bytes.includes(canary.bytes)) onFound(canary.what, file);
    await turn();
  }
}

/** Files may be removed while they are looked for. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
