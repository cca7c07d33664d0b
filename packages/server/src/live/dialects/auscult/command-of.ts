import type { SettingsChange } from '@auscult/protocol';
import type { MessageReading } from '../../../reading/client-text.js';
import type { Command } from '../../commands.js';

/** The command in a message. `base` holds the settings for everything that `configure` does not name. */
export function commandOf(reading: MessageReading, base: SettingsChange): Command {
  if (!reading.ok) return { kind: 'unreadable', problem: reading.error };
  const { message } = reading;
  switch (message.type) {
    case 'audio':
      return { kind: 'audio', pcm: message.pcm, sampleRate: message.sampleRate };
    case 'configure': {
      const { type, keyterms, continues, ...change } = message;
      // Key terms and other settings are fixed by the first audio; commands follow what a page shows.
      const midstream = isOnlyCommands({ keyterms, continues, ...base, ...change });
      return { kind: type, change: { ...base, ...change }, keyterms, continues, midstream };
    }
    case 'identify': {
      const { type, ...corrections } = message;
      return { kind: type, corrections };
    }
    case 'stop':
    case 'finalize':
    case 'keepalive':
    case 'resume':
      return { kind: message.type };
  }
}

function isOnlyCommands(asked: Readonly<Record<string, unknown>>): boolean {
  const named = Object.keys(asked).filter((name) => asked[name] !== undefined);
  return named.length === 1 && named[0] === 'commands';
}
