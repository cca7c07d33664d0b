import { compareSounds, type Recording } from '@auscult/asr';
import type { RecordingSettings } from '@auscult/protocol';

/** A part of a recording that is heard by itself: a track or a channel. Everything mixed if it names neither. */
export interface HeardPart {
  readonly track?: number;
  readonly channel?: number;
}

/**
 * What is heard by itself. `mixed`: nothing. `tracks`: tracks that do not hold the same speech. `speakers`: tracks, or the two
 * channels of a recording, if each is somebody's microphone. `channels`: both channels, unless they hold the same speech.
 */
export type Separation = 'mixed' | 'tracks' | 'speakers' | 'channels';

/** What is heard by itself of a recording whose sender says nothing of its channels. */
export function usualSeparation({ speakers }: Pick<RecordingSettings, 'speakers'>): Separation {
  return speakers === 'off' ? 'tracks' : 'speakers';
}

/** All channels and tracks as one. */
export const WHOLE: HeardPart = {};

/** What has to be known of a recording to part it. */
type Format = Pick<Recording, 'tracks' | 'channels'>;

/** Whether a recording has to be looked at to say how it is parted. */
export function mayBeParted({ tracks, channels }: Format, separation: Separation): boolean {
  if (separation === 'mixed') return false;
  return tracks > 1 || (separation !== 'tracks' && channels === 2);
}

/**
 * The parts of a recording in the order of their numbers, one if it is heard as a whole. Compares them, for which `open` opens
 * each, one after the other.
 */
export async function heardParts(
  format: Format,
  separation: Separation,
  open: (part: HeardPart) => Promise<Recording>,
): Promise<readonly HeardPart[]> {
  if (!mayBeParted(format, separation)) return [WHOLE];
  const parts = partsOf(format);
  const found = await compareSounds(parts.length, (number) => open(parts[number] ?? WHOLE));
  // Of one microphone beside a silent line, voices have to be told apart.
  const isParted = found === 'apart' || (found === 'single' && separation !== 'speakers');
  return isParted ? parts : [WHOLE];
}

function partsOf({ tracks, channels }: Format): readonly HeardPart[] {
  return tracks > 1
    ? Array.from({ length: tracks }, (_, track) => ({ track }))
    : Array.from({ length: channels }, (_, channel) => ({ channel }));
}
