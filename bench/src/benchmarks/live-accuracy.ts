import type { DecodedClip } from '../clips/sound.js';
import { finalText, type Session, type SessionOptions } from '../load/session.js';
import { runInTurn, type GeneratorUse } from '../load/sessions.js';
import { trackOf } from '../load/track.js';
import { distribution, type Distribution } from '../measure/distribution.js';
import { finalDelays } from '../measure/final-delay.js';
import { goneWords, type GoneWords } from '../measure/gone-words.js';
import type { Hypotheses } from '../score/hypotheses.js';
import { countSentenceCuts, type SentenceCuts } from '../score/sentence-cuts.js';

/** Transcripts made through a server in real time. */
export interface LiveTranscripts {
  readonly model: string;
  readonly hypotheses: Hypotheses;
  readonly wallSeconds: number;
  readonly generator: GeneratorUse;
  /** What partials showed and finals do not have. */
  readonly gone: GoneWords;
  readonly cuts: SentenceCuts;
  /** From the last voiced 10 ms in each final to its arrival, seconds. */
  readonly finalFromVoice?: Distribution | undefined;
}

/**
 * Sends each clip through a session of its own, at most `streams` at a time.
 *
 * @param onDone called after each clip
 * @throws Error when the server refused a clip or ended its session early, since no score would then be fair
 */
export async function transcribeLive(
  clips: readonly DecodedClip[],
  options: SessionOptions,
  streams: number,
  onDone?: () => void,
): Promise<LiveTranscripts> {
  const { sessions, generator } = await runInTurn(
    clips.map((clip) => trackOf([clip])),
    options,
    streams,
    onDone,
  );
  const failed = sessions.find(({ outcome }) => outcome !== 'served');
  if (failed !== undefined) {
    const why = [...failed.errors, failed.closed?.reason ?? ''].join(', ');
    throw new Error(`A session was ${failed.outcome} (${why}). Try fewer --streams.`);
  }
  const texts = clips.map(({ clip }, index) => {
    const session = sessions[index];
    return [clip.id, session === undefined ? '' : finalText(session)] as const;
  });
  return {
    model: sessions[0]?.model ?? 'unknown',
    hypotheses: new Map(texts),
    wallSeconds: generator.wallSeconds,
    generator,
    gone: goneWords(sessions),
    cuts: cutsOf(clips, sessions),
    finalFromVoice: distribution(finalDelays(sessions).fromVoice),
  };
}

function cutsOf(clips: readonly DecodedClip[], sessions: readonly Session[]): SentenceCuts {
  const cuts = clips.map(({ clip }, index) =>
    countSentenceCuts(clip.text, sessions[index]?.finals.map(({ text }) => text) ?? []),
  );
  return {
    finals: cuts.reduce((sum, { finals }) => sum + finals, 0),
    within: cuts.reduce((sum, { within }) => sum + within, 0),
  };
}
