import type { SettingsChange } from '@auscult/protocol';
import type { Command } from '../../commands.js';
import { TERM_LIMITS, type ConfigureMessage } from './client-message.js';

/** Answers `Configure`. */
export interface Reconfiguration {
  readonly commandOf: (message: ConfigureMessage) => Command;
  /** The frames for a change that is in force. */
  readonly done: () => readonly string[];
}

/** Answers in the session `requestId`. */
export function createReconfiguration(requestId: string): Reconfiguration {
  /** The answers to changes that are not in force yet. */
  const waiting: string[] = [];
  return {
    commandOf: ({ keyterms, numerals }) => {
      if (keyterms === 'too-many') return reply(failure(requestId));
      if (keyterms === undefined && numerals === undefined) return reply(success(requestId, undefined));
      waiting.push(success(requestId, keyterms?.json));
      const change: SettingsChange = numerals === undefined ? {} : { writtenForm: numerals ? 'on' : 'off' };
      return { kind: 'configure', change, keyterms, midstream: true };
    },
    done: () => waiting.splice(0, 1),
  };
}

function success(requestId: string, keyterms: string | undefined): string {
  const terms = keyterms === undefined ? '' : `,"keyterms":${keyterms}`;
  return `{"type":"ConfigureSuccess","request_id":${JSON.stringify(requestId)}${terms}}`;
}

function failure(requestId: string): string {
  return JSON.stringify({
    type: 'ConfigureFailure',
    request_id: requestId,
    code: 'CONFIGURE_KEYTERM_LIMIT_EXCEEDED',
    description: `keyterms: ${TERM_LIMITS}.`,
  });
}

function reply(frame: string): Command {
  return { kind: 'reply', frames: () => [frame] };
}
