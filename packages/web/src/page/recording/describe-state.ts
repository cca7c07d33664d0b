import type { TranscriberState } from '@auscult/client';
import { msg, str } from '@lit/localize';
import { number } from '../../localize/numbers.js';
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
      return { label: msg('Ready'), sentence: msg('Press Start and speak.'), tone: 'calm' };
    case 'starting':
      return {
        label: msg('Starting'),
        sentence: msg('If the browser asks for the microphone, allow it.'),
        tone: 'waiting',
      };
    case 'listening':
      return describeListening(muted, silent);
    case 'paused':
      return {
        label: msg('Paused'),
        sentence: msg('Nothing is recorded. Press Resume to go on.'),
        tone: 'calm',
      };
    case 'reconnecting':
      return describeReconnecting(transcriber, now);
    case 'microphone-lost':
      return {
        label: msg('No microphone'),
        sentence: msg(
          'The microphone is gone. Plug it in again or choose another; nothing said before is lost.',
        ),
        tone: 'bad',
      };
    case 'stopping':
      return {
        label: msg('Finishing'),
        sentence: msg('The last words are being transcribed.'),
        tone: 'waiting',
      };
    case 'stopped':
      return {
        label: msg('Stopped'),
        sentence: msg('Press Start to go on with this transcript.'),
        tone: 'calm',
      };
    case 'failed':
      return {
        label: msg('Not recording'),
        sentence: msg('See what went wrong above, then try again.'),
        tone: 'bad',
      };
  }
}

function describeListening(muted: boolean, silent: boolean): StateDescription {
  if (muted)
    return { label: msg('Muted'), sentence: msg('Time goes on, but nobody is heard.'), tone: 'waiting' };
  if (silent)
    return {
      label: msg('Listening'),
      sentence: msg('No sound comes in. Check that the microphone is on, or choose another.'),
      tone: 'waiting',
    };
  return { label: msg('Listening'), sentence: msg('Words appear as they are said.'), tone: 'live' };
}

function describeReconnecting(
  { reason, bufferedSeconds, retryAt }: Extract<TranscriberState, { kind: 'reconnecting' }>,
  now: number,
): StateDescription {
  const why = {
    'connection-lost': { label: msg('Connection lost'), because: msg('The server cannot be reached.') },
    busy: { label: msg('Server busy'), because: msg('The server has no room just now.') },
    'server-restarting': { label: msg('Server restarting'), because: msg('The server is starting again.') },
    unauthorized: { label: msg('Logged out'), because: msg('The login has ended.') },
  }[reason];
  const waiting = Math.round(bufferedSeconds);
  const kept =
    waiting > 0
      ? msg(str`Recording goes on: ${number(waiting)} s wait to be sent.`)
      : msg('Recording goes on.');
  const seconds = Math.ceil((retryAt - now) / 1000);
  const next = seconds > 0 ? msg(str`Trying again in ${number(seconds)} s.`) : msg('Trying again now.');
  if (reason === 'unauthorized')
    return { label: why.label, sentence: `${why.because} ${kept} ${msg('Log in to send it.')}`, tone: 'bad' };
  return { label: why.label, sentence: `${why.because} ${kept} ${next}`, tone: 'bad' };
}
