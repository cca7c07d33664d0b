import { createByteSource } from '../../../packages/asr/dist/audio/byte-source.js';
import { ebmlIds } from '../../../packages/asr/dist/audio/containers/ebml.js';
import { readWebmElements } from '../../../packages/asr/dist/audio/containers/webm-elements.js';
import { parseWebmTracks } from '../../../packages/asr/dist/audio/containers/webm-track.js';
import { BrokenProperty, mustHold, unlessRefused, type FuzzTarget } from '../target.js';
import { inPieces } from './live.js';

/** The elements of WebM without its codecs, as they are read from a file and while they come. */
export const target: FuzzTarget = {
  longest: 16_384,
  // After damage, everything that may be a cluster is looked for.
  allowed: { ms: 60, msPerKiB: 20 },
  prepare: () => async (input) => {
    for (const isLive of [false, true]) {
      const pieces = inPieces(input);
      const bytes = createByteSource(() => Promise.resolve(pieces.next().value));
      const elements = readWebmElements({ name: 'The recording', bytes, startFfmpeg, isLive });
      for await (const { id, body } of elements) {
        mustHold(body.length <= MOST_BYTES, 'an element keeps the limit of its length');
        mustHold(bytes.position() <= input.length, 'an element lies within its recording');
        if (id !== ebmlIds.tracks) continue;
        const tracks = unlessRefused(['RangeError'], () => parseWebmTracks(body));
        mustHold(
          tracks === undefined || tracks.sounds >= (tracks.first ? 1 : 0),
          'the first track is counted',
        );
      }
    }
  },
};

const MOST_BYTES = 1024 ** 2;

function startFfmpeg(): never {
  throw new BrokenProperty('ffmpeg is not asked for what is read without it');
}
