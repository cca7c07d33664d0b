import type { DecodedBlock } from '../containers/container.js';
import { createOpusPackets } from '../containers/opus-packets.js';
import { brokenContainer } from '../containers/unreadable.js';

/** Decodes packets of Opus that come without a container. Throws `container_broken` for one that is none. */
export async function* decodeOpusPackets(
  name: string,
  packets: AsyncIterable<Uint8Array>,
  channels: 1 | 2,
): AsyncGenerator<DecodedBlock, void> {
  const opus = createOpusPackets({ channels, preSkip: 0, mapping: undefined });
  await opus.ready;
  try {
    for await (const packet of packets) {
      const decoded = opus.decode(packet);
      if (decoded === undefined) throw brokenContainer(name, 'holds a frame that is no packet of Opus');
      yield decoded;
    }
  } finally {
    opus.free();
  }
}
