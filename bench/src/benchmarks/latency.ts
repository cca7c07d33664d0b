import { roomTone, type DecodedClip } from '../clips/sound.js';
import type { SessionOptions } from '../load/session.js';
import { runTogether, type GeneratorUse } from '../load/sessions.js';
import { trackOf } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { clipDelays, finalDelays } from '../measure/final-delay.js';
import { shownWords } from '../measure/shown-words.js';

/** The delays of one stream, all in seconds. */
export interface LatencyResults {
  readonly clips: number;
  readonly finals: number;
  /** From `end` of each final to its arrival. */
  readonly finalFromEnd?: Distribution | undefined;
  /** From the last voiced 10 ms in each final, by the recording's energy, to its arrival. */
  readonly finalFromVoice?: Distribution | undefined;
  /** The same for finals followed by quiet, which did not have to wait for the longest utterance. */
  readonly finalAfterPause?: Distribution | undefined;
  /** From the last voiced 10 ms of each clip to the arrival of its last final. */
  readonly clipFromVoice?: Distribution | undefined;
  /** Clips whose last word got no final before the next clip. */
  readonly unanswered: readonly string[];
  /** From the end of a word to the first partial that contains it, for words that a partial showed first. */
  readonly wordInPartial?: Distribution | undefined;
  /** The same for all words; those that no partial contained count with their final. */
  readonly wordAnywhere?: Distribution | undefined;
  readonly flicker: Flicker;
  readonly errors: readonly string[];
  readonly generator: GeneratorUse;
}

/** Words that were shown and did not stay. */
interface Flicker {
  readonly shownWords: number;
  readonly changedByPartial: number;
  readonly changedByFinal: number;
  readonly withdrawn: number;
}

/** Plays the clips one after another in one session in real time, each followed by `gapSeconds` of room tone. */
export async function measureLatency(
  clips: readonly DecodedClip[],
  options: SessionOptions,
  gapSeconds: number,
): Promise<{ readonly model: string; readonly results: LatencyResults }> {
  const { sessions, generator } = await runTogether([trackOf(clips, roomTone(gapSeconds))], options, 0);
  const delays = finalDelays(sessions);
  const perClip = sessions.map(clipDelays);
  const words = shownWords(sessions);
  const results: LatencyResults = {
    clips: clips.length,
    finals: sessions.reduce((sum, { finals }) => sum + finals.length, 0),
    finalFromEnd: distribution(delays.fromEnd),
    finalFromVoice: distribution(delays.fromVoice),
    finalAfterPause: distribution(delays.afterPause),
    clipFromVoice: distribution(perClip.flatMap(({ fromVoice }) => fromVoice)),
    unanswered: perClip.flatMap(({ unanswered }) => unanswered),
    wordInPartial: distribution(words.inPartial),
    wordAnywhere: distribution(words.anywhere),
    flicker: {
      shownWords: words.shown,
      changedByPartial: words.changedByPartial,
      changedByFinal: words.changedByFinal,
      withdrawn: words.withdrawn,
    },
    errors: sessions.flatMap(({ errors }) => errors),
    generator,
  };
  return { model: sessions[0]?.model ?? 'unknown', results };
}
