import { finalText, type Outcome, type Session, type SessionOptions } from '../load/session.js';
import { runTogether, type GeneratorUse } from '../load/sessions.js';
import { lastVoiced, type Track } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { finalDelays } from '../measure/final-delay.js';
import { slope } from '../measure/slope.js';
import { comparableWords } from '../score/comparable-text.js';
import { watchServer, type ServerUse } from '../server/server-use.js';
import type { Target } from '../server/target.js';
import { countEach } from './streams.js';

/** The results of a long run. */
export interface SoakResults {
  readonly streams: number;
  readonly minutes: number;
  /** Growth of the memory of all processes after the warm-up, in 10⁶ bytes an hour. */
  readonly memorySlopeMegabytesPerHour?: number | undefined;
  readonly warmUpMinutes: number;
  readonly finals: number;
  readonly finalFromVoice?: Distribution | undefined;
  /** Clips with speech that no final covers. */
  readonly clipsWithoutFinal: readonly string[];
  readonly clipsPlayed: number;
  /** Gaps in the `sequence` of finals, and finals that the server counted but that never arrived. */
  readonly finalsLost: number;
  /** Words said and words received, normalised. */
  readonly wordsSaid: number;
  readonly wordsHeard: number;
  /** How many sessions had each outcome. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** How often each error code was received. */
  readonly errors: Readonly<Partial<Record<string, number>>>;
  readonly server: ServerUse;
  readonly generator: GeneratorUse;
}

/**
 * Runs the tracks at once and checks what grows and what is lost. Memory during the first `warmUpMinutes` is
 * left out.
 */
export async function measureSoak(
  target: Target,
  tracks: readonly Track[],
  options: SessionOptions,
  warmUpMinutes: number,
): Promise<{ readonly model: string; readonly results: SoakResults }> {
  const { result, use } = await watchServer(target, SAMPLE_SECONDS, () =>
    runTogether(tracks, options, tracks.length),
  );
  const { sessions, generator } = result;
  const played = sessions.flatMap(({ track }) => track.parts.filter(({ clip }) => clip !== undefined));
  const results: SoakResults = {
    streams: tracks.length,
    minutes: Math.max(...tracks.map(({ seconds }) => seconds)) / 60,
    memorySlopeMegabytesPerHour: memorySlope(use, warmUpMinutes),
    warmUpMinutes,
    finals: sessions.reduce((sum, { finals }) => sum + finals.length, 0),
    finalFromVoice: distribution(finalDelays(sessions).fromVoice),
    clipsWithoutFinal: sessions.flatMap(clipsWithoutFinal),
    clipsPlayed: played.length,
    finalsLost: sessions.reduce((sum, session) => sum + finalsLost(session), 0),
    wordsSaid: countWords(played.map(({ clip }) => clip?.text ?? '')),
    wordsHeard: countWords(sessions.map(finalText)),
    outcomes: countEach(sessions.map(({ outcome }) => outcome)),
    errors: countEach(sessions.flatMap(({ errors }) => errors)),
    server: use,
    generator,
  };
  return { model: sessions[0]?.model ?? 'unknown', results };
}

const SAMPLE_SECONDS = 10;

function memorySlope(use: ServerUse, warmUpMinutes: number): number | undefined {
  const samples = use.processes?.samples ?? [];
  const from = (samples[0]?.at ?? 0) + warmUpMinutes * 60_000;
  return slope(
    samples
      .filter(({ at }) => at >= from)
      .map(({ at, memoryBytes }) => ({ x: at / 3.6e6, y: memoryBytes / 1e6 })),
  );
}

function clipsWithoutFinal({ track, finals }: Session): string[] {
  return track.parts.flatMap(({ clip, start, end }) => {
    if (clip === undefined || lastVoiced(track, start, end) === undefined) return [];
    const covered = finals.some(
      (final) => (final.start ?? 0) < end && (final.end ?? Number.POSITIVE_INFINITY) > start,
    );
    return covered ? [] : [clip.id];
  });
}

function finalsLost({ finals, announcedFinals }: Session): number {
  const sequences = finals.flatMap(({ sequence }) => sequence ?? []);
  const numbered = sequences.length === 0 ? 0 : Math.max(...sequences) + 1;
  return Math.max(numbered, announcedFinals ?? 0) - finals.length;
}

function countWords(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + comparableWords(text).length, 0);
}
