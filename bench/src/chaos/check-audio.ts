import type { SeenRecord, Stretch } from './history.js';
import type { Broken } from './promises.js';

/** Audio of which a record has to have the text. */
export interface OwedAudio {
  readonly who: string;
  readonly record: SeenRecord;
  /** Where voice is. */
  readonly voice: readonly Stretch[];
  /** Only audio before this is owed, seconds. */
  readonly until: number;
  /** What the server said has no text. */
  readonly declared: readonly Stretch[];
}

/**
 * Less voice than this between two finals may be breath, rustling, or a word whose times are not exact. Voice is found by its energy alone.
 */
export const UNCLEAR_SECONDS = 1.25;
/** The times of words are not exact either. */
const OVERLAP_SECONDS = 0.3;

/** Whether each second of voice is in exactly one final of the record. */
export function checkAudio(owed: OwedAudio): readonly Broken[] {
  return [...lostAudio(owed), ...doubledAudio(owed)];
}

function lostAudio({ who, record, voice, until, declared }: OwedAudio): readonly Broken[] {
  const heard = [...record.finals.map(({ start, end }): Stretch => [start, end]), ...declared].sort(
    ([one], [other]) => one - other,
  );
  const lost: Broken[] = [];
  let from = 0;
  for (const [start, end] of [...heard, [until, until] as const]) {
    const gap: Stretch = [from, Math.min(start, until)];
    const missing = voiceIn(voice, gap);
    if (missing > UNCLEAR_SECONDS)
      lost.push({
        promise: 'acknowledged audio is in a final',
        who,
        why: `${missing.toFixed(2)} s of voice from ${shown(gap)} are in no final of ${record.session}`,
      });
    from = Math.max(from, end);
  }
  return lost;
}

function doubledAudio({ who, record }: OwedAudio): readonly Broken[] {
  const doubled: Broken[] = [];
  record.finals.forEach(({ start }, place) => {
    const before = record.finals[place - 1];
    if (before === undefined || before.end - start <= OVERLAP_SECONDS) return;
    doubled.push({
      promise: 'no audio is in two finals',
      who,
      why: `finals ${String(place - 1)} and ${String(place)} of ${record.session} both have ${shown([start, before.end])}`,
    });
  });
  return doubled;
}

function voiceIn(voice: readonly Stretch[], [from, to]: Stretch): number {
  return voice.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0);
}

function shown([from, to]: Stretch): string {
  return `${from.toFixed(2)} to ${to.toFixed(2)} s`;
}
