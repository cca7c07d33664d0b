import {
  closeTable,
  errorCodes,
  errorTable,
  plainSettings,
  type SessionSettings,
  type SettingsChange,
} from '@auscult/protocol';
import { closeCodes } from '../../../close-codes.js';
import type { DialectServices, DialectSession, SessionPlace } from '../../dialect.js';
import type { PauseReason } from '../../inbox.js';
import { commandOf } from './command-of.js';
import { messagesOf } from './messages-of.js';

/** Converses with a client, which has opted in if `optsIn`, or opts in later by `configure`. `begun`: the settings now. */
export function converse(
  place: SessionPlace,
  optsIn: boolean,
  begun: SessionSettings,
  { config, reader }: DialectServices,
): DialectSession {
  let hasOptedIn = optsIn;
  let settings = begun;
  const warned = new Set<PauseReason>();

  return {
    read: (frame, isBinary) => {
      if (isBinary) return { kind: 'audio', pcm: frame, sampleRate: undefined };
      const base = hasOptedIn ? {} : unlikePlain(place.defaults);
      const reading = reader.message(place.identity, frame);
      return reading instanceof Promise
        ? reading.then((late) => commandOf(late, base))
        : commandOf(reading, base);
    },
    write: (event) => {
      if (event.kind === 'configured') hasOptedIn = true;
      if (event.kind === 'configured' || event.kind === 'opened') ({ settings } = event.setup);
      if (event.kind === 'paused' && hasOptedIn) {
        if (warned.has(event.reason)) return [];
        warned.add(event.reason);
      }
      const messages = messagesOf(event, { place, config, settings, hasOptedIn });
      return messages.map((message) => JSON.stringify(message));
    },
    close: (why) => ({ code: closeCodeOf(why), reason: why }),
    isResumable: () => hasOptedIn,
  };
}

/** The settings that change once a client has opted in. */
function unlikePlain(defaults: SessionSettings): SettingsChange {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => name in plainSettings));
}

const closeCodeOf = closeCodes(
  Object.fromEntries(errorCodes.map((code) => [code, errorTable[code].closeCode])),
  closeTable.internal_error.code,
);
