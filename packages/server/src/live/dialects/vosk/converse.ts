import { blockBytes, closeTable } from '@auscult/protocol';
import { createByteCarry } from '../../../compatibility/carry-bytes.js';
import type { ParameterWarning } from '../../../compatibility/parameters.js';
import type { Command } from '../../commands.js';
import type { DialectSession, EndReason } from '../../dialect.js';
import { readVoskMessage, type VoskMessage } from './client-message.js';
import { createHeardText } from './heard-text.js';

/** The audio of all clients. */
const BLOCK = blockBytes({ encoding: 's16le', channels: 1 });

/** RFC 6455 §7.4.1: the client may not go on. */
const POLICY_VIOLATION = 1008;

type VoskConfig = Extract<VoskMessage, { kind: 'config' }>;

/** Converses with a client of a Vosk server, which is sent one text frame for each binary one. */
export function converse(isPunctuated: boolean, warnings: readonly ParameterWarning[]): DialectSession {
  const carry = createByteCarry();
  const heard = createHeardText(isPunctuated);

  const configure = ({ wishes, keyterms, warnings: more }: VoskConfig): Command => {
    const { sampleRate, hasWords } = wishes;
    if (hasWords !== undefined) heard.giveWords(hasWords);
    return {
      kind: 'configure',
      change: sampleRate === undefined ? {} : { sampleRate },
      keyterms,
      midstream: true,
      asked: { service: 'vosk', model: undefined, warnings: [...warnings, ...more] },
    };
  };

  const commandOf = (frame: Buffer): Command => {
    const message = readVoskMessage(frame);
    switch (message.kind) {
      case 'config':
        return configure(message);
      case 'eof':
        return { kind: 'end' };
      case 'reset':
        return { kind: 'sequence', commands: [{ kind: 'finalize' }, reply(heard.rest)] };
      case 'unreadable':
        return message;
    }
  };

  return {
    read: (frame, isBinary) => {
      if (!isBinary) return commandOf(frame);
      const pcm = carry.take(frame, BLOCK);
      const taken: Command =
        pcm.length === 0 ? { kind: 'keepalive' } : { kind: 'audio', pcm, sampleRate: undefined };
      return { kind: 'sequence', commands: [taken, reply(heard.next)] };
    },
    write: (event) => {
      if (event.kind === 'reply') return event.frames();
      if (event.kind === 'stopped') return [heard.rest()];
      heard.take(event);
      return [];
    },
    close: (why) => ({ code: closeCodeOf(why), reason: why === 'done' ? '' : why }),
    isResumable: () => false,
    // There is no message for an error, nor for text that is missing.
    endedBy: (event) => {
      if (event.kind === 'lost') return 'audio_lost';
      return event.kind === 'error' ? event.problem.code : undefined;
    },
  };
}

function reply(frame: () => string): Command {
  return { kind: 'reply', frames: () => [frame()] };
}

function closeCodeOf(why: EndReason): number {
  if (why === 'done') return closeTable.normal.code;
  if (why === 'going_away') return closeTable.going_away.code;
  return why === 'frame_too_large' ? closeTable.frame_too_large.code : POLICY_VIOLATION;
}
