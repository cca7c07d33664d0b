import { readFile } from 'node:fs/promises';
import { createByteSource } from '../../../asr/src/audio/byte-source.js';
import { ebmlIds } from '../../../asr/src/audio/containers/ebml.js';
import { readWebmElements } from '../../../asr/src/audio/containers/webm-elements.js';
import { clipPath } from '../../../asr/test/clips/clips.js';
import type { Client } from './client.js';

/** A clip in a container; see the folder of clips. */
export function recordingOf(name: string): Promise<Buffer> {
  return readFile(clipPath(`containers/${name}`));
}

/** Sends bytes in frames of `size`. */
export function sendInFrames(client: Client, bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) client.send(bytes.subarray(at, at + size));
}

/** The packets of a WebM recording with one track. */
export async function packetsOf(webm: Uint8Array): Promise<readonly Uint8Array[]> {
  const pieces = [webm];
  const bytes = createByteSource(() => Promise.resolve(pieces.shift()));
  const startFfmpeg = (): never => {
    throw new Error('nobody needs ffmpeg');
  };
  const packets: Uint8Array[] = [];
  for await (const { id, body } of readWebmElements({ name: 'The clip', bytes, startFfmpeg }))
    if (id === ebmlIds.simpleBlock) packets.push(body.subarray(4));
  return packets;
}

/** Where the first cluster begins. */
export function headerBytesOf(webm: Buffer): number {
  return webm.indexOf(Buffer.from(ebmlIds.cluster.toString(16), 'hex'));
}
