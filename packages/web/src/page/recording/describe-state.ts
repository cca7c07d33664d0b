import type { TranscriberState } from '@auscult/client';
import type { RecordingState } from './recording-state.js';

/** A state of the recording in plain words. */
export interface StateDescription {
  /** A word or two. */
  readonly label: string;
  /** What it means and what to do. */
  readonly sentence: string;
  /** How much attention it needs. */
  readonly tone: 'calm' | 'live' | 'waiting' | 'bad';
}

/**
 * Says how the recording is doing.
 *
 * @param now in the clock of `performance.now()`
 */
export function describeState(
  { transcriber, muted, silent }: Pick<RecordingState, 'transcriber' | 'muted' | 'silent'>,
  now: number,
): StateDescription {
  switch (transcriber.kind) {
    case 'idle':
      return { label: 'Ready', sentence: 'Press Start and speak.', tone: 'calm' };
    case 'starting':
      return {
        label: 'Starting',
        sentence: 'If the browser asks for the microphone, allow it.',
        tone: 'waiting',
      };
    case 'listening':
      return describeListening(muted, silent);
    case 'paused':
      return { label: 'Paused', sentence: 'Nothing is recorded. Press Resume to go on.', tone: 'calm' };
    case 'reconnecting':
      return describeReconnecting(transcriber, now);
    case 'microphone-lost':
      return {
        label: 'No microphone',
        sentence: 'The microphone is gone. Plug it in again or choose another; nothing said before is lost.',
        tone: 'bad',
      };
    case 'stopping':
      return { label: 'Finishing', sentence: 'The last words are being transcribed.', tone: 'waiting' };
    case 'stopped':
      return { label: 'Stopped', sentence: 'Press Start to go on with this transcript.', tone: 'calm' };
    case 'failed':
      return { label: 'Not recording', sentence: 'See what went wrong above, then try again.', tone: 'bad' };
  }
}

function describeListening(muted: boolean, silent: boolean): StateDescription {
  if (muted) return { label: 'Muted', sentence: 'Time goes on, but nobody is heard.', tone: 'waiting' };
  if (silent)
    return {
      label: 'Listening',
      sentence: 'No sound comes in. Check that the microphone is on, or choose another.',
      tone: 'waiting',
    };
  return { label: 'Listening', sentence: 'Words appear as they are said.', tone: 'live' };
}

function describeReconnecting(
  { reason, bufferedSeconds, retryAt }: Extract<TranscriberState, { kind: 'reconnecting' }>,
  now: number,
): StateDescription {
  const why = {
    'connection-lost': { label: 'Connection lost', because: 'The server cannot be reached.' },
    busy: { label: 'Server busy', because: 'The server has no room just now.' },
    'server-restarting': { label: 'Server restarting', because: 'The server is starting again.' },
    unauthorized: { label: 'Logged out', because: 'The login has ended.' },
  }[reason];
  const waiting = Math.round(bufferedSeconds);
  const kept =
    waiting > 0 ? `Recording goes on: ${String(waiting)} s wait to be sent.` : 'Recording goes on.';
  const seconds = Math.ceil((retryAt - now) / 1000);
  const next = seconds > 0 ? `Trying again in ${String(seconds)} s.` : 'Trying again now.';
  if (reason === 'unauthorized')
    return { label: why.label, sentence: `${why.because} ${kept} Log in to send it.`, tone: 'bad' };
  return { label: why.label, sentence: `${why.because} ${kept} ${next}`, tone: 'bad' };
}
