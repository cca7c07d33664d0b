import type { SettingsChange } from '@auscult/protocol';
import type { LiveWishes } from '../../../compatibility/deepgram/live-parameters.js';
import { speakersAsked } from '../../../compatibility/deepgram/parameters.js';
import type { AudioFormat } from '../../../compatibility/deepgram/audio-format.js';

/** The settings of a session with these wishes. */
export function settingsOf(wishes: Partial<LiveWishes>, format: AudioFormat): SettingsChange {
  const { language, writtenForm, dictationCommands, endpointing, hasInterims = false } = wishes;
  const speakers = speakersAsked(wishes);
  return {
    ...audioSettings(wishes, format),
    partials: hasInterims,
    ...(language !== undefined && { language }),
    ...(writtenForm !== undefined && { writtenForm }),
    ...(dictationCommands !== undefined && { dictationCommands }),
    ...(speakers !== undefined && { speakers }),
    ...(typeof endpointing === 'number' && { endpointing: { silenceMs: endpointing } }),
  };
}

function audioSettings(
  { isMultichannel = false, channels }: Partial<LiveWishes>,
  format: AudioFormat,
): SettingsChange {
  if (format.kind === 'encoded')
    return { encoding: format.encoding, channels: isMultichannel && channels === 2 ? 2 : 1 };
  const { encoding, sampleRate } = format;
  if (format.channels === 1 || isMultichannel) return { encoding, sampleRate, channels: format.channels };
  // Mixed to one channel before it is passed on.
  return { encoding: 'f32le', sampleRate, channels: 1 };
}
