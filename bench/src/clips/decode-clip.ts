import { readFileSync } from 'node:fs';
import { FLACDecoder } from '@wasm-audio-decoders/flac';
import type { Clip } from './manifest.js';
import { soundOf, type DecodedClip } from './sound.js';

export async function decodeClip(clip: Clip): Promise<DecodedClip> {
  const decoder = new FLACDecoder();
  await decoder.ready;
  const decoded = await decoder.decodeFile(readFileSync(clip.file));
  decoder.free();
  const samples = decoded.channelData[0] ?? new Float32Array();
  return {
    clip,
    ...soundOf(Int16Array.from(samples, (s) => Math.max(-32768, Math.min(32767, Math.round(s * 32768))))),
  };
}

export async function decodeClips(clips: readonly Clip[]): Promise<DecodedClip[]> {
  const decoded: DecodedClip[] = [];
  for (const clip of clips) decoded.push(await decodeClip(clip));
  return decoded;
}
