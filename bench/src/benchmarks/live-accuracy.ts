import type { DecodedClip } from '../clips/sound.js';
import { finalText, type SessionOptions } from '../load/session.js';
import { runInTurn, type GeneratorUse } from '../load/sessions.js';
import { trackOf } from '../load/track.js';
import type { Hypotheses } from '../score/hypotheses.js';

/** Transcripts made through a server in real time. */
export interface LiveTranscripts {
  readonly model: string;
  readonly hypotheses: Hypotheses;
  readonly wallSeconds: number;
  readonly generator: GeneratorUse;
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
  };
}
