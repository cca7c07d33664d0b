import { blockBytes, holdsSamples, type AudioLayout } from './audio-format.js';
import { describeError } from './describe-error.js';
import type { ErrorMessage } from './server-messages.js';

/**
 * The error for audio of `byteLength` bytes that is not a whole number of samples of every channel, if it is not.
 * Packets and containers may have any length.
 */
export function checkAudioLength(byteLength: number, layout: AudioLayout): ErrorMessage | undefined {
  if (!holdsSamples(layout)) return undefined;
  const block = blockBytes(layout);
  if (byteLength % block === 0) return undefined;
  return describeError('odd_audio_length', { limit: `a multiple of ${block} bytes` });
}
