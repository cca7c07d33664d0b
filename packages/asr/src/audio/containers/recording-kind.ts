import { isMpegAudio } from './mpeg-frames.js';

/** The kind of a recording, as its first bytes show it. */
export type RecordingKind =
  | 'WAV'
  | 'FLAC'
  | 'MP3'
  | 'Ogg'
  | 'MP4'
  | 'WebM or Matroska'
  | 'AAC'
  | 'MPEG transport stream'
  | 'MPEG program stream'
  | 'AVI'
  | 'AIFF'
  | 'CAF'
  | 'WMA'
  | 'FLV'
  | 'AMR'
  | 'DSS'
  | 'AU';

/** Bytes from a recording's start that `recordingKind` looks at; it also works with fewer. */
export const RECORDING_KIND_BYTES = 8_192;

/**
 * The kind of recording that begins with these bytes, whether or not the rest can be read; undefined for none. Each
 * kind is recognised by at least four bytes in the places that its specification gives, and frames without a
 * container by two in a row, so that samples are not mistaken for a recording.
 */
export function recordingKind(head: Uint8Array): RecordingKind | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return kinds.find(([, matches]) => matches(bytes))?.[0];
}

const kinds: readonly (readonly [RecordingKind, (head: Buffer) => boolean])[] = [
  ['WAV', (head) => isIff(head, ['RIFF', 'RF64', 'BW64'], ['WAVE'])],
  ['AVI', (head) => isIff(head, ['RIFF'], ['AVI ', 'AVIX'])],
  ['AIFF', (head) => isIff(head, ['FORM'], ['AIFF', 'AIFC'])],
  ['FLAC', begins('fLaC')],
  ['Ogg', begins('OggS\0')],
  ['WebM or Matroska', begins('\x1a\x45\xdf\xa3')],
  ['MP4', isMp4],
  ['CAF', begins('caff\0\x01')],
  ['WMA', begins('\x30\x26\xb2\x75\x8e\x66\xcf\x11')],
  ['FLV', begins('FLV\x01')],
  ['AMR', begins('#!AMR')],
  ['DSS', begins('\x02dss', '\x03dss', '\x03ds2', '\x07ds2')],
  ['AU', begins('.snd')],
  ['MPEG program stream', begins('\0\0\x01\xba')],
  ['MPEG transport stream', isTransportStream],
  ['AAC', isAdts],
  ['MP3', (head) => begins('ID3\x02', 'ID3\x03', 'ID3\x04')(head) || hasTwoMpegFrames(head)],
];

function begins(...texts: readonly string[]): (head: Buffer) => boolean {
  return (head) => texts.some((text) => head.toString('latin1', 0, text.length) === text);
}

function isIff(head: Buffer, outer: readonly string[], inner: readonly string[]): boolean {
  return outer.includes(head.toString('latin1', 0, 4)) && inner.includes(head.toString('latin1', 8, 12));
}

/** Boxes that such a file may begin with, with a size that holds at least the header (ISO/IEC 14496-12, section 4.2). */
const FIRST_BOXES: ReadonlySet<string> = new Set([
  'ftyp',
  'styp',
  'moov',
  'moof',
  'mdat',
  'sidx',
  'wide',
  'free',
  'skip',
  'pnot',
]);

function isMp4(head: Buffer): boolean {
  if (head.length < 8 || !FIRST_BOXES.has(head.toString('latin1', 4, 8))) return false;
  const size = head.readUInt32BE(0);
  return size >= 8 || size === 1 || size === 0;
}

/**
 * Packets of 188 bytes, each after four bytes of time if a camera wrote them (ISO/IEC 13818-1, section 2.4.3.2).
 */
function isTransportStream(head: Buffer): boolean {
  // The same four bytes again and again are not a packet.
  if (head.subarray(4, 188).every((byte, index) => byte === head[index])) return false;
  return [
    [0, 188],
    [4, 192],
  ].some(([first = 0, step = 0]) =>
    [0, 1, 2, 3].every((packet) => {
      const at = first + packet * step;
      // A packet holds samples, other fields, or both.
      return head[at] === TRANSPORT_SYNC && ((head[at + 3] ?? 0) & 0x30) !== 0;
    }),
  );
}

const TRANSPORT_SYNC = 0x47;

/** Two frames of ADTS, the second where the first says that it ends, with the same header (ISO/IEC 13818-7, 6.2). */
function isAdts(head: Buffer): boolean {
  const isFrame = (at: number): boolean =>
    at + 7 <= head.length &&
    (head.readUInt16BE(at) & 0xfff6) === 0xfff0 &&
    ((head[at + 2] ?? 0) & 0x3c) < 0x34;
  if (!isFrame(0)) return false;
  const frameBytes = (head.readUIntBE(3, 3) >> 5) & 0x1fff;
  return (
    frameBytes >= 7 &&
    isFrame(frameBytes) &&
    head.readUInt16BE(2) >> 6 === head.readUInt16BE(frameBytes + 2) >> 6
  );
}

function hasTwoMpegFrames(head: Buffer): boolean {
  return isMpegAudio(head, { certain: true });
}
