import { readFile } from 'node:fs/promises';
import { ebmlIds } from '../../../asr/src/audio/containers/ebml.js';
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

/** Where the first cluster begins. */
export function headerBytesOf(webm: Buffer): number {
  return webm.indexOf(Buffer.from(ebmlIds.cluster.toString(16), 'hex'));
}
