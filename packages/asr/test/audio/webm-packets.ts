import { createByteSource } from '../../src/audio/byte-source.js';
import { ebmlIds } from '../../src/audio/containers/ebml.js';
import { readWebmElements } from '../../src/audio/containers/webm-elements.js';

/** The packets of a recording with one track, except for one in a group. */
export async function packetsOf(webm: Uint8Array): Promise<readonly Buffer[]> {
  const pieces = [webm];
  const bytes = createByteSource(() => Promise.resolve(pieces.shift()));
  const packets: Buffer[] = [];
  const startFfmpeg = () => Promise.reject(new Error('nobody needs ffmpeg'));
  for await (const { id, body } of readWebmElements({ name: 'The clip', bytes, startFfmpeg }))
    if (id === ebmlIds.simpleBlock) packets.push(body.subarray(4));
  return packets;
}
