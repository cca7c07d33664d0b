import type { Clip } from '../clips/manifest.js';
import { finalText, type Session } from '../load/session.js';
import { scoreClips, type KindScore } from '../score/scorecard.js';
import type { Track } from '../load/track.js';

/** Errors over whole streams: all that was said in each compared with all text received. */
export function scoreSessions(sessions: readonly Session[]): KindScore | undefined {
  return scoreTracks(sessions.map((session) => ({ track: session.track, text: finalText(session) })));
}

/** The same for text that did not come from a session. */
export function scoreTracks(
  heard: readonly { readonly track: Track; readonly text: string }[],
): KindScore | undefined {
  const streams = heard.map(({ track, text }, index) => ({
    clip: asOneClip(track, `stream ${String(index)}`),
    text,
  }));
  return scoreClips(
    streams.map(({ clip }) => clip),
    new Map(streams.map(({ clip, text }) => [clip.id, text])),
  ).all;
}

function asOneClip(track: Track, id: string): Clip {
  const texts = track.parts.flatMap(({ clip }) => clip?.text ?? []);
  return { id, file: '', kind: 'stream', text: texts.join(' '), durationSeconds: track.seconds, terms: [] };
}
