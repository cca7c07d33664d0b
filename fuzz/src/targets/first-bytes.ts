import { createEncodedAudioWatch } from '../../../packages/server/dist/live/encoded-audio.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';

/** The first bytes of a live stream, in frames of any length. The first byte of the input says how long they are. */
export const target: FuzzTarget = {
  longest: 6_000,
  allowed: usualTime,
  prepare: () => (input) => {
    const watch = createEncodedAudioWatch();
    const frame = 1 + (input[0] ?? 0);
    let told = 0;
    for (let at = 1; at < input.length; at += frame) {
      if (watch.take(input.subarray(at, at + frame), 's16le') !== undefined) told += 1;
    }
    mustHold(told <= 1, 'a stream gets at most one warning');
  },
};
