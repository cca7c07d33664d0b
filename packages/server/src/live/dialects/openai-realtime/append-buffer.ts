import { blockBytes } from '@auscult/protocol';
import { createByteCarry } from '../../../compatibility/carry-bytes.js';
import type { Command } from '../../commands.js';
import { layoutOf, type SessionState } from '../../../compatibility/openai-realtime/session-state.js';

/** Counts the audio of a client from one commit to the next. Nothing is held back but a sample that is cut in two. */
export interface AppendBuffer {
  /** The command for bytes that the client has appended. */
  readonly append: (bytes: Uint8Array, format: SessionState['format']) => Command;
  /** Audio since the last time that it was taken, seconds. */
  readonly seconds: () => number;
  /** Begins to count anew; gives what was counted, seconds. */
  readonly take: () => number;
  /** The format changes: what is left of a sample belongs to none. */
  readonly forgetRest: () => void;
}

/** Starts without audio. */
export function createAppendBuffer(): AppendBuffer {
  let carry = createByteCarry();
  let seconds = 0;
  return {
    append: (bytes, format) => {
      const { encoding, sampleRate } = layoutOf(format);
      const block = blockBytes({ encoding, channels: 1 });
      const pcm = carry.take(bytes, block);
      if (pcm.length === 0) return { kind: 'keepalive' };
      seconds += pcm.length / block / sampleRate;
      return { kind: 'audio', pcm, sampleRate: undefined };
    },
    seconds: () => seconds,
    take: () => {
      const taken = seconds;
      seconds = 0;
      return taken;
    },
    forgetRest: () => {
      carry = createByteCarry();
    },
  };
}
