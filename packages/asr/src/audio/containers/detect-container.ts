import { isMpegAudio } from './mp3.js';
import { isReadableWav } from './wav.js';

/** The containers that are read without help; all others go through ffmpeg. */
export type ContainerName = 'wav' | 'flac' | 'mp3' | 'ogg-opus' | 'ogg-vorbis' | 'other';

/** Bytes from a recording's start that `detectContainer` wants to see; fewer will do for a shorter one. */
export const DETECTION_BYTES = 65_536;

/** Tells the container from the first bytes. File names are not asked: they are wrong too often. */
export function detectContainer(head: Uint8Array): ContainerName {
  if (isReadableWav(head)) return 'wav';
  if (startsWith(head, 'fLaC')) return 'flac';
  if (startsWith(head, 'OggS')) return detectOggCodec(head);
  return isMpegAudio(head) ? 'mp3' : 'other';
}

/** The first page of an Ogg stream holds nothing but the codec's identification (RFC 3533, section 4). */
function detectOggCodec(head: Uint8Array): ContainerName {
  const segments = head[26] ?? 0;
  const packet = head.subarray(27 + segments);
  if (startsWith(packet, 'OpusHead')) return 'ogg-opus';
  if (startsWith(packet, '\u0001vorbis')) return 'ogg-vorbis';
  if (startsWith(packet, '\u007fFLAC')) return 'flac';
  return 'other';
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).equals(Buffer.from(text, 'latin1'));
}
