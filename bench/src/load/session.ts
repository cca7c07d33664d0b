import { performance } from 'node:perf_hooks';
import { closeTable } from '@auscult/protocol';
import { encodeTrack } from './encoded-track.js';
import { openClient, type ClientOptions, type Closed, type Hypothesis } from './live-client.js';
import type { Pacer } from './pacer.js';
import { framesOf, type Track } from './track.js';

/** The outcome of sending one track in real time. */
export interface Session {
  readonly track: Track;
  readonly model?: string | undefined;
  readonly finals: readonly Hypothesis[];
  readonly partials: readonly Hypothesis[];
  /** Codes of the errors received. */
  readonly errors: readonly string[];
  /** How the server ended the session, if it did. */
  readonly closed?: Closed;
  readonly outcome: Outcome;
  /** Finals that the server says it has sent. */
  readonly announcedFinals?: number;
  /** Seconds of audio sent. */
  readonly sentSeconds: number;
  /**
   * When a moment of the track was spoken: when its frame was sent, less the time it had waited in the frame.
   * Milliseconds of `performance.now()`.
   */
  readonly spokenAt: (streamSeconds: number) => number;
}

/**
 * How a session went: all text came; the server had no capacity for it; the server ended it; or the text of
 * some audio did not come.
 */
export type Outcome = 'served' | 'refused' | 'cut short' | 'stuck';

/** How sessions are run. */
export interface SessionOptions extends ClientOptions {
  /** Audio in one message. */
  readonly frameSeconds: number;
}

/** What is sent of a track. */
async function audioOf(
  track: Track,
  { encoding, frameSeconds }: SessionOptions,
): Promise<{ readonly frames: Iterator<Buffer, void>; readonly frameSeconds: number }> {
  if (encoding === undefined) return { frames: framesOf(track, frameSeconds), frameSeconds };
  const encoded = await encodeTrack(track, encoding, frameSeconds);
  return { ...encoded, frames: encoded.frames.values() };
}

/** Sends a track in real time through one connection, and waits for all of its text. */
export async function runSession(track: Track, options: SessionOptions, pacer: Pacer): Promise<Session> {
  const { frames, frameSeconds } = await audioOf(track, options);
  const client = await openClient(options);
  const sentAt: number[] = [];
  await pacer.play(frames, frameSeconds, (frame) => {
    const open = client.send(frame);
    if (open) sentAt.push(performance.now());
    return open;
  });
  const complete = await client.finish();

  const { hypotheses, ...rest } = client.received;
  return {
    track,
    ...rest,
    finals: hypotheses.filter(({ isFinal }) => isFinal),
    partials: hypotheses.filter(({ isFinal }) => !isFinal),
    outcome: complete ? 'served' : outcomeOf(rest.closed),
    sentSeconds: Math.min(track.seconds, sentAt.length * frameSeconds),
    spokenAt: (streamSeconds) => {
      // A moment between two frames belongs to the end of the first.
      const frame = Math.max(0, Math.min(sentAt.length, Math.ceil(streamSeconds / frameSeconds - 1e-9)) - 1);
      const frameEnd = Math.min(track.seconds, (frame + 1) * frameSeconds);
      return (sentAt[frame] ?? Number.NaN) - (frameEnd - streamSeconds) * 1000;
    },
  };
}

function outcomeOf(closed: Closed | undefined): Outcome {
  if (closed === undefined) return 'stuck';
  return closed.code === closeTable.try_again_later.code ? 'refused' : 'cut short';
}

/** All final text of a session. */
export function finalText(session: Session): string {
  return session.finals.map(({ text }) => text).join(' ');
}
