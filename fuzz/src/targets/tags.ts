import { createByteSource } from '../../../packages/asr/dist/audio/byte-source.js';
import { skipId3Tags } from '../../../packages/asr/dist/audio/containers/id3.js';
import { findTailIn } from '../../../packages/asr/dist/audio/containers/riff-chunks.js';
import { skipTags } from '../../../packages/asr/dist/audio/containers/tags.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';

/** ID3 and other tags around recordings, and chunks behind them. */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: usualTime,
  prepare: () => async (input) => {
    const tail = findTailIn(input, input.length);
    mustHold(tail >= 0 && tail <= input.length, 'a tail lies within its file');
    for (const skip of [skipId3Tags, skipTags]) {
      const pieces = [input];
      const source = createByteSource(() => Promise.resolve(pieces.pop()));
      await skip(source);
      mustHold(source.position() <= input.length, 'skipping stops at the end of the file');
    }
  },
};
