import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createDecoderPool } from '../../dist/index.js';
import { clipPath } from '../clips/clips.js';
import { inPiecesOf } from './heard-live.js';
import { cluster, simpleBlock, track, webm } from './webm-file.js';
import { packetsOf } from './webm-packets.js';

// A decoder is ended if it takes more than its limit of memory, or more time than goes with its sound.
it.each([
  ['half an hour of one recording', 1_800],
  ['five minutes of many, one after the other,', 300],
])('%s stays within the limits', { timeout: 240_000 }, async (how, seconds) => {
  const clip = await readFile(clipPath('containers/live.webm'));
  const packets = await packetsOf(clip);
  const clusters = Array.from({ length: seconds / 2 }, (_, index) =>
    cluster(
      index * 2_000,
      packets.slice(0, 100).map((packet, at) => simpleBlock(packet, at * 20)),
      'unknown',
    ),
  );
  const bytes = how.includes('one recording')
    ? webm([track()], clusters)
    : Buffer.concat(Array.from({ length: Math.ceil(seconds / 2.99) }, () => clip));
  const pool = createDecoderPool({ looks: 1, reads: 1 });
  let heard = 0;
  const decoder = pool.openStream({
    kind: 'container',
    channels: 1,
    onSound: ([samples]) => {
      heard += samples?.length ?? 0;
    },
  });
  for (const piece of inPiecesOf(bytes, 4_000)) await decoder.push(piece);
  await decoder.end();
  pool.close();
  expect(heard / 16_000).toBeGreaterThan(seconds - 5);
});
