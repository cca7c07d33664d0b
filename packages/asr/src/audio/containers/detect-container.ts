import { isMpegAudio } from './mpeg-frames.js';
import { parsePage } from './ogg.js';
import { oggCodec } from './ogg-codec.js';
import { isReadableWav } from './wav.js';
import { isReadableWebm } from './webm.js';

/** The containers that are read without help; all others go through ffmpeg. */
export type ContainerName = 'wav' | 'flac' | 'mp3' | 'ogg' | 'webm' | 'other';

/** Bytes from a recording's start that `detectContainer` needs to see; fewer only if the recording is shorter. */
export const DETECTION_BYTES = 65_536;

/** Tells the container from the first bytes, never from the file's name, which is wrong too often. */
export function detectContainer(head: Uint8Array): ContainerName {
  if (isReadableWav(head)) return 'wav';
  if (startsWith(head, 'fLaC')) return 'flac';
  if (startsWith(head, 'OggS')) return isReadableOgg(head) ? 'ogg' : 'other';
  if (isReadableWebm(head)) return 'webm';
  return isMpegAudio(head) ? 'mp3' : 'other';
}

/**
 * The first page of an Ogg stream holds nothing but the codec's identification (RFC 3533, section 4). If a second track
 * begins right after it, all tracks are heard with the help of ffmpeg.
 */
function isReadableOgg(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const first = parsePage(bytes);
  if (first === undefined || oggCodec(first.body) === undefined) return false;
  return parsePage(bytes.subarray(first.bytes.length))?.isFirst !== true;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).equals(Buffer.from(text, 'latin1'));
}
