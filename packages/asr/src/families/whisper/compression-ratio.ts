import { deflateSync } from 'node:zlib';

/**
 * How many times shorter zlib makes a text. Text that repeats itself compresses well: above 2.4, Whisper's authors
 * take a hypothesis for a loop (Radford et al. 2022, section 4.5). 0 for no text.
 */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length / deflateSync(bytes).length;
}
