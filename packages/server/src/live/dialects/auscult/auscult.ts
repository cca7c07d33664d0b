import {
  closeTable,
  describeError,
  errorTable,
  parseClientMessage,
  plainSettings,
  PROTOCOL,
} from '@auscult/protocol';
import type { ResumeRequest } from '../../commands.js';
import type { Dialect, DialectServices, TellRefusal } from '../../dialect.js';
import { converse } from './converse.js';

/**
 * `auscult.v1`, and the protocol that clients knew before it. A refused connection is opened all the same, to tell
 * the client why: browsers do not say why an upgrade failed.
 */
export function createAuscult(services: DialectServices): Dialect {
  return {
    name: 'auscult',
    paths: ['/ws/transcribe'],
    connect: ({ query, offered }) => {
      const optsIn = offered.includes(PROTOCOL);
      const subprotocol = optsIn ? PROTOCOL : undefined;
      if ('resume' in query) return { kind: 'resume', subprotocol, read: readResume, tell };
      return {
        kind: 'open',
        subprotocol,
        change: optsIn ? {} : plainSettings,
        converse: (place) => converse(place, optsIn, place.defaults, services),
      };
    },
    goOn: (place, settings) => converse(place, true, settings, services),
    refusing: { kind: 'in-frames', tell },
  };
}

const tell: TellRefusal = ({ code }) => ({
  frames: [JSON.stringify(describeError(code))],
  close: { code: errorTable[code].closeCode ?? closeTable.forbidden.code, reason: code },
});

function readResume(frame: Buffer, isBinary: boolean): ResumeRequest | undefined {
  const parsed = isBinary ? undefined : parseClientMessage(frame.toString());
  return parsed?.ok === true && parsed.message.type === 'resume' ? parsed.message : undefined;
}
