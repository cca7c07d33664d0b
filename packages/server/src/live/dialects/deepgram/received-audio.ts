import { createHash } from 'node:crypto';
import { blockBytes } from '@auscult/protocol';
import { createByteCarry } from '../../../compatibility/carry-bytes.js';
import { mixedToOne } from '../../../compatibility/mix-channels.js';
import type { Command } from '../../commands.js';
import type { AudioFormat } from '../../../compatibility/deepgram/audio-format.js';

/** The audio of a client, frame by frame. */
export interface ReceivedAudio {
  /** The command for a frame, which may be cut anywhere. */
  readonly take: (frame: Buffer) => Command;
  /** Whether any has come. */
  readonly hasCome: () => boolean;
  /** SHA-256 of all bytes so far, in hexadecimal. */
  readonly digest: () => string;
}

/** Starts without audio. Two channels become one if `mixes`. */
export function receiveAudio(format: AudioFormat, mixes: boolean): ReceivedAudio {
  const hash = createHash('sha256');
  const carry = createByteCarry();
  let hasCome = false;

  const wholeSamples = (frame: Buffer): Uint8Array => {
    if (format.kind === 'encoded') return frame;
    const pcm = carry.take(frame, blockBytes(format));
    return mixes && pcm.length > 0 ? mixedToOne(pcm, format.encoding) : pcm;
  };

  return {
    take: (frame) => {
      hasCome ||= frame.length > 0;
      hash.update(frame);
      const pcm = wholeSamples(frame);
      return pcm.length === 0 ? { kind: 'keepalive' } : { kind: 'audio', pcm, sampleRate: undefined };
    },
    hasCome: () => hasCome,
    digest: () => hash.copy().digest('hex'),
  };
}
