import { openRecording } from '@auscult/asr';
import { joined } from './joined.js';
import type { Clip } from './manifest.js';
import { soundOf, type DecodedClip } from './sound.js';

/** The decoded audio of a clip: 16 kHz, mono. */
export async function* readClip(clip: Clip): AsyncGenerator<Float32Array, void> {
  const recording = await openRecording(clip.file);
  yield* recording.chunks();
}

/** Decodes clips completely, so that nothing is left to decode while they are sent. */
export async function decodeClips(clips: readonly Clip[]): Promise<DecodedClip[]> {
  const decoded: DecodedClip[] = [];
  for (const clip of clips) decoded.push({ clip, ...soundOf(await decode(clip)) });
  return decoded;
}

async function decode(clip: Clip): Promise<Int16Array> {
  const chunks: Int16Array[] = [];
  for await (const chunk of readClip(clip)) chunks.push(Int16Array.from(chunk, toInteger));
  return joined(chunks);
}

function toInteger(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
}
