import { blockBytes, type SampleLayout } from '@auscult/protocol';

/**
 * Splits interleaved PCM into one byte array per channel. A single channel is passed on without a copy. `pcm` holds a
 * whole number of samples of every channel.
 */
export function deinterleave(pcm: Uint8Array, layout: SampleLayout): readonly Uint8Array[] {
  if (layout.channels === 1) return [pcm];
  const block = blockBytes(layout);
  const width = block / layout.channels;
  return Array.from({ length: layout.channels }, (_, channel) => {
    const samples = new Uint8Array(pcm.length / layout.channels);
    for (let from = channel * width, to = 0; to < samples.length; from += block, to += width) {
      for (let byte = 0; byte < width; byte++) samples[to + byte] = pcm[from + byte] ?? 0;
    }
    return samples;
  });
}
