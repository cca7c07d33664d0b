import type { ConfigureMessage } from './client-messages.js';
import type { SessionSettings } from './session-settings.js';

/** What a client wants otherwise: fields that are left out stay as they are. */
export type SettingsChange = Omit<ConfigureMessage, 'type' | 'keyterms'>;

/** The settings after a `configure` message: fields that it leaves out stay as they are. */
export function applyConfigure(
  settings: SessionSettings,
  configure: SettingsChange & Partial<Pick<ConfigureMessage, 'type'>>,
): SessionSettings {
  return {
    sampleRate: configure.sampleRate ?? settings.sampleRate,
    encoding: configure.encoding ?? settings.encoding,
    channels: configure.channels ?? settings.channels,
    partials: configure.partials ?? settings.partials,
    words: configure.words ?? settings.words,
    language: configure.language ?? settings.language,
    task: configure.task ?? settings.task,
    refine: configure.refine ?? settings.refine,
    writtenForm: configure.writtenForm ?? settings.writtenForm,
    dictationCommands: configure.dictationCommands ?? settings.dictationCommands,
    lexicon: configure.lexicon ?? settings.lexicon,
    endpointing: {
      silenceMs: configure.endpointing?.silenceMs ?? settings.endpointing.silenceMs,
      maxUtteranceSeconds:
        configure.endpointing?.maxUtteranceSeconds ?? settings.endpointing.maxUtteranceSeconds,
    },
  };
}
