import { childrenOf, type EbmlChild, ebmlIds, floatOf, unsignedOf } from './ebml.js';
import { type OpusHead, parseOpusHead } from './opus-packets.js';

/** A track of sound that can be decoded from WebM without the help of ffmpeg (RFC 9559, section 5.1.4). */
export interface WebmTrack {
  /** As blocks name it. */
  readonly number: number;
  readonly codec: OpusTrack | FloatTrack;
}

interface OpusTrack {
  readonly kind: 'opus';
  readonly head: OpusHead;
}

/** Interleaved samples: floats of 32 bits, little-endian. */
interface FloatTrack {
  readonly kind: 'float';
  readonly channels: number;
  readonly sampleRate: number;
}

/** What `Tracks` says about sound. */
export interface WebmTracks {
  /** Tracks of sound, readable or not. */
  readonly sounds: number;
  readonly hasPictures: boolean;
  /** The first track of sound. */
  readonly first: WebmTrack | WebmTrackFlaw | undefined;
}

/** Why a track cannot be decoded here. */
interface WebmTrackFlaw {
  /** The end of a sentence that begins with the name of the recording. */
  readonly flaw: string;
}

/** Reads the content of `Tracks`. Throws a `RangeError` if it is damaged. */
export function parseWebmTracks(body: Buffer): WebmTracks {
  const tracks = [...childrenOf(body)].filter(({ id }) => id === ebmlIds.trackEntry).map(fieldsOf);
  const types = tracks.map((fields) => unsignedOf(valueOf(fields, ebmlIds.trackType)));
  const first = tracks[types.indexOf(SOUND)];
  return {
    sounds: types.filter((type) => type === SOUND).length,
    hasPictures: types.includes(PICTURES),
    first: first && parseTrack(first),
  };
}

/** Values of `TrackType`. */
const PICTURES = 1;
const SOUND = 2;

/** The most channels of samples, as for other containers of samples. */
const MOST_CHANNELS = 64;

type Fields = readonly EbmlChild[];

function fieldsOf({ body }: EbmlChild): Fields {
  return [...childrenOf(body)];
}

function valueOf(fields: Fields, wanted: number): Buffer {
  return fields.find(({ id }) => id === wanted)?.body ?? Buffer.alloc(0);
}

function parseTrack(fields: Fields): WebmTrack | WebmTrackFlaw {
  const number = unsignedOf(valueOf(fields, ebmlIds.trackNumber));
  const audio = [...childrenOf(valueOf(fields, ebmlIds.audio))];
  // The element counts even where it is 0: a track has one channel by default.
  const channels = unsignedOf(valueOf(audio, ebmlIds.channels)) || 1;
  if (fields.some(({ id }) => id === ebmlIds.contentEncodings))
    return { flaw: 'is encrypted or compressed once more, so that it cannot be decoded' };
  switch (valueOf(fields, ebmlIds.codecId).toString('latin1').replace(/\0+$/u, '')) {
    case 'A_OPUS': {
      const head = parseOpusHead(valueOf(fields, ebmlIds.codecPrivate));
      if (head === undefined) return { flaw: 'has no valid head of Opus in its header' };
      if (head.channels !== channels)
        return { flaw: `says that it has ${channels} channels of sound, and that it has ${head.channels}` };
      return { number, codec: { kind: 'opus', head } };
    }
    case 'A_PCM/FLOAT/LIT': {
      const sampleRate = floatOf(valueOf(audio, ebmlIds.samplingFrequency));
      const bits = unsignedOf(valueOf(audio, ebmlIds.bitDepth));
      if (bits !== 32 || !Number.isInteger(sampleRate) || channels > MOST_CHANNELS)
        return { flaw: 'holds samples in a form that cannot be decoded' };
      return { number, codec: { kind: 'float', channels, sampleRate } };
    }
    default:
      return { flaw: 'holds no sound that can be decoded: neither Opus nor samples as 32-bit floats' };
  }
}
