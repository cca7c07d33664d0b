import { SpeechError } from '../../speech-error.js';
import type { DecodingFailure } from './message-schemas.js';
import type { Excess } from './usage-watch.js';

/** The error that a decoder reports of its recording. */
export function errorOf({ code, message, remedy }: DecodingFailure): SpeechError {
  return new SpeechError(code, message, remedy);
}

/** The error for a decoder whose process has ended, hangs, or has sent an invalid message. */
export function failed(name: string): SpeechError {
  return new SpeechError(
    'decoder_failed',
    `${name} made its decoder fail.`,
    'Convert it to another format, such as WAV or FLAC, and try again.',
  );
}

/** The error for a recording that takes more of a resource than its length justifies. */
export function excessive(name: string, excess: Excess): SpeechError {
  if (excess === 'hung') return failed(name);
  const what = excess === 'memory' ? 'memory' : 'time';
  return new SpeechError(
    'decoding_too_costly',
    `${name} takes more ${what} to decode than goes with its length.`,
    'Convert it to another format, such as WAV or FLAC.',
  );
}

/** The error for a recording that is longer than allowed. */
export function tooLong(name: string, maxSeconds = 0): SpeechError {
  return new SpeechError(
    'recording_too_long',
    `${name} is longer than ${maxSeconds / 60} minutes.`,
    'Cut it into parts.',
  );
}
