import type { DecodedBlock } from './container.js';

/** Blocks of one track, all at the same sample rate, and what its end returns. */
export type TrackBlocks<End> = AsyncGenerator<DecodedBlock, End>;

/**
 * Reads several tracks in step, and gives the channels of all of them side by side. A track that has ended is silent.
 * Returns what the tracks returned. Holds one block of each track in memory.
 */
export async function* sideBySide<End>(
  tracks: readonly TrackBlocks<End>[],
): AsyncGenerator<DecodedBlock, readonly End[]> {
  const readers = tracks.map((blocks): Reader<End> => ({
    blocks,
    waiting: undefined,
    ended: false,
    channels: 1,
  }));
  const ends: End[] = [];
  try {
    for (;;) {
      for (const reader of readers) {
        while (!reader.ended && lengthOf(reader.waiting) === 0) {
          const next = await reader.blocks.next();
          if (next.done === true) {
            reader.ended = true;
            ends.push(next.value);
            reader.waiting = undefined;
          } else {
            reader.waiting = next.value;
            reader.channels = next.value.channels.length;
          }
        }
      }
      const open = readers.flatMap(({ waiting }) => (waiting === undefined ? [] : [waiting]));
      const [first] = open;
      if (first === undefined) return ends;
      const length = Math.min(...open.map(lengthOf));
      const taken = readers.map((reader) => take(reader, length));
      const channels = taken.flat();
      const { sampleRate } = first;
      yield taken.length > 1
        ? { channels, sampleRate, tracks: taken.map((track) => track.length) }
        : { channels, sampleRate };
    }
  } finally {
    await Promise.all(tracks.map((blocks) => blocks.return(undefined as never)));
  }
}

interface Reader<End> {
  readonly blocks: TrackBlocks<End>;
  waiting: DecodedBlock | undefined;
  ended: boolean;
  channels: number;
}

function lengthOf(block: DecodedBlock | undefined): number {
  return block?.channels[0]?.length ?? 0;
}

function take<End>(reader: Reader<End>, length: number): readonly Float32Array[] {
  const { waiting } = reader;
  if (waiting === undefined) return Array.from({ length: reader.channels }, () => new Float32Array(length));
  reader.waiting = { ...waiting, channels: waiting.channels.map((samples) => samples.subarray(length)) };
  return waiting.channels.map((samples) => samples.subarray(0, length));
}
