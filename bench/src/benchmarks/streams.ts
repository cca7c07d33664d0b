import type { Outcome, SessionOptions } from '../load/session.js';
import { runToOneEnd, runTogether, type GeneratorUse } from '../load/sessions.js';
import { endingInSpeech, type Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { finalDelays } from '../measure/final-delay.js';
import { scoreSessions } from '../measure/stream-score.js';
import type { KindScore } from '../score/scorecard.js';
import { watchServer, type ServerUse } from '../server/server-use.js';
import type { Target } from '../server/target.js';

/** How several simultaneous streams fared. Delays in seconds. */
export interface StreamsResults {
  readonly streams: number;
  /** All streams together. */
  readonly audioSeconds: number;
  /** How many sessions had each outcome. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** How often each error code was received. */
  readonly errors: Readonly<Partial<Record<string, number>>>;
  readonly finals: number;
  readonly finalFromEnd?: Distribution | undefined;
  readonly finalFromVoice?: Distribution | undefined;
  /** The same for finals followed by quiet, which did not have to wait for the longest utterance. */
  readonly finalAfterPause?: Distribution | undefined;
  /** From the end of a stream's audio to its last final. */
  readonly lastFinal?: Distribution | undefined;
  readonly partialsPerStreamSecond: number;
  readonly score?: KindScore | undefined;
  /** The same audio through the library, with no other load. */
  readonly scoreAlone?: KindScore | undefined;
  /** Processor seconds of the server and its inference processes for each second of audio. */
  readonly coreSecondsPerAudioSecond?: number | undefined;
  readonly server: ServerUse;
  readonly generator: GeneratorUse;
}

/**
 * A number of streams counts as held if the 95th percentile of the delay of finals before a pause is at most
 * this, seconds.
 */
export const HELD_FINAL_P95_SECONDS = 1.5;

/**
 * Runs all tracks at once in real time, and watches the server.
 *
 * @param stops `together`: all streams stop at the same moment, each with its last word; `apart`: as their tracks end
 */
export async function measureStreams(
  target: Target,
  tracks: readonly Track[],
  options: SessionOptions,
  stops: 'apart' | 'together' = 'apart',
): Promise<{ readonly model: string; readonly results: StreamsResults }> {
  const { result, use } = await watchServer(target, SAMPLE_SECONDS, () =>
    stops === 'together'
      ? runToOneEnd(tracks.map(endingInSpeech), options)
      : runTogether(tracks, options, STAGGER_SECONDS),
  );
  const { sessions, generator } = result;
  const delays = finalDelays(sessions);
  const audioSeconds = sessions.reduce((sum, { sentSeconds }) => sum + sentSeconds, 0);
  const partials = sessions.reduce((sum, session) => sum + session.partials.length, 0);
  const lastFinals = sessions.flatMap(({ finals, spokenAt, sentSeconds }) => {
    const last = finals.at(-1);
    return last === undefined ? [] : [(last.at - spokenAt(sentSeconds)) / 1000];
  });
  const results: StreamsResults = {
    streams: tracks.length,
    audioSeconds,
    outcomes: countEach(sessions.map(({ outcome }) => outcome)),
    errors: countEach(sessions.flatMap(({ errors }) => errors)),
    finals: sessions.reduce((sum, { finals }) => sum + finals.length, 0),
    finalFromEnd: distribution(delays.fromEnd),
    finalFromVoice: distribution(delays.fromVoice),
    finalAfterPause: distribution(delays.afterPause),
    lastFinal: distribution(lastFinals),
    partialsPerStreamSecond: partials / audioSeconds,
    score: scoreSessions(sessions),
    ...(use.processes !== undefined && {
      coreSecondsPerAudioSecond: use.processes.cpuSeconds / audioSeconds,
    }),
    server: use,
    generator,
  };
  return { model: sessions.find(({ model }) => model !== undefined)?.model ?? 'unknown', results };
}

/** Whether every stream was served, and in time. */
export function isHeld(results: StreamsResults): boolean {
  const served = results.outcomes.served === results.streams;
  return served && (results.finalAfterPause?.p95 ?? Number.POSITIVE_INFINITY) <= HELD_FINAL_P95_SECONDS;
}

const SAMPLE_SECONDS = 5;
/** People do not all begin to speak at once. */
const STAGGER_SECONDS = 4;

/** How often each word occurs. */
export function countEach<Word extends string>(words: readonly Word[]): Partial<Record<Word, number>> {
  const counts: Partial<Record<Word, number>> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
