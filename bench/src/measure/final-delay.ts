import type { Hypothesis } from '../load/live-client.js';
import type { Session } from '../load/session.js';
import { isQuietAfter, lastVoiced } from '../load/track.js';

/** How long finals took to come, seconds. */
export interface FinalDelays {
  /** From `end` of each final, the server's own account of where the utterance ends, to its arrival. */
  readonly fromEnd: readonly number[];
  /** From the last voiced 10 ms of the recording within each final to its arrival. */
  readonly fromVoice: readonly number[];
  /**
   * Those of `fromVoice` followed by 700 ms of quiet. The others were cut out of continuing speech: they have
   * to wait for the longest utterance, however fast the server is.
   */
  readonly afterPause: readonly number[];
}

/**
 * The delay of every final that names its place in the stream. The voice is looked for up to 300 ms after
 * `end`, so that a server which puts `end` too early gains nothing.
 */
export function finalDelays(sessions: readonly Session[]): FinalDelays {
  const fromEnd: number[] = [];
  const fromVoice: number[] = [];
  const afterPause: number[] = [];
  for (const session of sessions) {
    for (const [index, final] of session.finals.entries()) {
      if (final.start === undefined || final.end === undefined) continue;
      const reach = Math.min(
        final.end + TOO_EARLY_SECONDS,
        session.finals[index + 1]?.start ?? Number.POSITIVE_INFINITY,
      );
      const voice = lastVoiced(session.track, final.start, Math.max(final.end, reach));
      fromEnd.push(secondsAfter(session, final, final.end));
      if (voice === undefined) continue;
      const delay = secondsAfter(session, final, voice);
      fromVoice.push(delay);
      if (isQuietAfter(session.track, voice, PAUSE_SECONDS)) afterPause.push(delay);
    }
  }
  return { fromEnd, fromVoice, afterPause };
}

const TOO_EARLY_SECONDS = 0.3;
/**
 * More than the default silence that ends an utterance, 500 ms, since an utterance may be cut for length in a
 * shorter pause.
 */
const PAUSE_SECONDS = 0.7;

/** The delay of the last text of each clip, for clips with a pause after them. */
export interface ClipDelays {
  /** From the last voiced 10 ms of the clip to the arrival of its last final, seconds. */
  readonly fromVoice: readonly number[];
  /** Clips whose last word got no final before the next clip began. */
  readonly unanswered: readonly string[];
}

/**
 * The delay from the end of each clip's speech, found in the recording by energy, to the last final that came
 * before the next clip was heard. Needs no field that plain servers lack, but pauses longer than the delay.
 */
export function clipDelays(session: Session): ClipDelays {
  const fromVoice: number[] = [];
  const unanswered: string[] = [];
  const clips = session.track.parts.filter((part) => part.clip !== undefined);
  clips.forEach((part, index) => {
    const voice = lastVoiced(session.track, part.start, part.end);
    if (voice === undefined) return;
    const from = session.spokenAt(voice);
    const next = clips[index + 1];
    const until = next === undefined ? Number.POSITIVE_INFINITY : session.spokenAt(next.start);
    const last = session.finals.findLast(({ at }) => at > from && at <= until);
    if (last === undefined) unanswered.push(part.clip?.id ?? '');
    else fromVoice.push((last.at - from) / 1000);
  });
  return { fromVoice, unanswered };
}

function secondsAfter(session: Session, final: Hypothesis, streamSeconds: number): number {
  return (final.at - session.spokenAt(streamSeconds)) / 1000;
}
