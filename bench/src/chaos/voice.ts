import { VOICED_FRAME_MS } from '../clips/voiced-frames.js';
import type { Track } from '../load/track.js';
import type { Stretch } from './history.js';

/** Where voice is in a track. */
export function voiceOf({ parts }: Track): readonly Stretch[] {
  return parts.flatMap(({ sound, start }) =>
    stretchesOf(sound.voiced).map(([from, to]): Stretch => [round(start + from), round(start + to)]),
  );
}

function stretchesOf(voiced: Uint8Array): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let from = -1;
  for (let frame = 0; frame <= voiced.length; frame++) {
    const isVoiced = voiced[frame] === 1;
    if (isVoiced && from < 0) from = frame;
    if (isVoiced || from < 0) continue;
    stretches.push([(from * VOICED_FRAME_MS) / 1000, (frame * VOICED_FRAME_MS) / 1000]);
    from = -1;
  }
  return stretches;
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
