import type { PcmEncoding } from '@auscult/asr';
import type { AudioEncoding } from '@auscult/protocol';
import { RequestError } from '../../errors.js';
import type { DeepgramEncoding, DeepgramWishes } from './parameters.js';

/** The audio that a client sends, live or as a recording. */
export type AudioFormat =
  | {
      readonly kind: 'samples';
      readonly encoding: PcmEncoding;
      /** Samples a second. */
      readonly sampleRate: number;
      readonly channels: 1 | 2;
    }
  | { readonly kind: 'encoded'; readonly encoding: Extract<AudioEncoding, 'opus' | 'container'> };

/** Encodings of samples; all others are containers, but for packets of Opus. */
const samples: Readonly<Partial<Record<DeepgramEncoding, PcmEncoding>>> = {
  linear16: 's16le',
  linear32: 'f32le',
  mulaw: 'mulaw',
  alaw: 'alaw',
};

/** The rate of telephony. */
const COMPANDED_RATE = 8000;

/**
 * The audio that a client announces. Throws a `RequestError` if it announces linear samples without their rate.
 */
export function audioFormatOf({ encoding, sampleRate, channels = 1 }: Partial<DeepgramWishes>): AudioFormat {
  const ofSamples = encoding === undefined ? undefined : samples[encoding];
  if (ofSamples === undefined)
    return { kind: 'encoded', encoding: encoding === 'opus' ? 'opus' : 'container' };
  const isCompanded = ofSamples === 'mulaw' || ofSamples === 'alaw';
  const rate = sampleRate ?? (isCompanded ? COMPANDED_RATE : undefined);
  if (rate === undefined)
    throw new RequestError('invalid_request', { field: 'sample_rate', limit: '8000 to 48000' });
  return { kind: 'samples', encoding: ofSamples, sampleRate: rate, channels: channels === 2 ? 2 : 1 };
}
