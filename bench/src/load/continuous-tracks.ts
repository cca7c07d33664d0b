import type { DecodedClip } from '../clips/sound.js';
import { trackOf, type Track } from './track.js';

/**
 * Continuous speech for several streams: each plays the clips in the manifest's order, which keeps a
 * speaker's clips together, from a starting point of its own, and repeats them until it is long enough. There
 * are no pauses but those within clips, and each clip is played to its end.
 *
 * @param count streams
 * @param seconds least length of a stream
 */
export function continuousTracks(clips: readonly DecodedClip[], count: number, seconds: number): Track[] {
  return Array.from({ length: count }, (_, stream) => {
    const chosen: DecodedClip[] = [];
    let length = 0;
    for (let index = Math.floor((stream * clips.length) / count); length < seconds; index++) {
      const clip = clips[index % clips.length];
      if (clip === undefined) throw new RangeError('There are no clips to play.');
      chosen.push(clip);
      length += clip.clip.durationSeconds;
    }
    return trackOf(chosen);
  });
}
