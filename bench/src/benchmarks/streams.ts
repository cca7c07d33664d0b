import type { Outcome, SessionOptions } from '../load/session.js';
import { runTogether, type GeneratorUse } from '../load/sessions.js';
import type { Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { finalDelays } from '../measure/final-delay.js';
import { scoreSessions } from '../measure/stream-score.js';
import type { KindScore } from '../score/scorecard.js';
import { watchServer, type ServerUse } from '../server/server-use.js';
import type { Target } from '../server/target.js';

/** How several streams fared at the same time. Delays in seconds. */
export interface StreamsResults {
  readonly streams: number;
  /** All streams together. */
  readonly audioSeconds: number;
  /** How many sessions went how. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** How often each error code came. */
  readonly errors: Readonly<Partial<Record<string, number>>>;
  readonly finals: number;
  readonly finalFromEnd?: Distribution | undefined;
  readonly finalFromVoice?: Distribution | undefined;
  /** The same for finals after which the recording is quiet, which no longest utterance held up. */
  readonly finalAfterPause?: Distribution | undefined;
  /** From the end of a stream's audio to its last final. */
  readonly lastFinal?: Distribution | undefined;
  readonly partialsPerStreamSecond: number;
  readonly score?: KindScore | undefined;
  /** The same audio through the library, with nothing else to do. */
  readonly scoreAlone?: KindScore | undefined;
  /** Processor seconds of the server and its inference processes for each second of audio. */
  readonly coreSecondsPerAudioSecond?: number | undefined;
  readonly server: ServerUse;
  readonly generator: GeneratorUse;
}

/** The 95th percentile of the delay of finals after a pause up to which a number of streams counts as held, seconds. */
export const HELD_FINAL_P95_SECONDS = 1.5;

/** Runs all tracks at once in real time, and watches the server. */
export async function measureStreams(
  target: Target,
  tracks: readonly Track[],
  options: SessionOptions,
): Promise<{ readonly model: string; readonly results: StreamsResults }> {
  const { result, use } = await watchServer(target, SAMPLE_SECONDS, () =>
    runTogether(tracks, options, STAGGER_SECONDS),
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
/** People do not begin to speak all at once. */
const STAGGER_SECONDS = 4;

/** How often each word occurs. */
export function countEach<Word extends string>(words: readonly Word[]): Partial<Record<Word, number>> {
  const counts: Partial<Record<Word, number>> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
