import { SpeechError } from '../../speech-error.js';
import type { RecordingKind } from './recording-kind.js';

/** The error for a recording that only ffmpeg reads, if ffmpeg is not installed. */
export function needsFfmpeg(name: string, kind: RecordingKind | undefined, cause: unknown): SpeechError {
  return new SpeechError(
    'unsupported_audio',
    kind === undefined
      ? `${name} is not WAV, FLAC, MP3, Ogg/Opus, Ogg/Vorbis or WebM/Opus.`
      : `${name} looks like ${kind}, which is read by ffmpeg only, and that is not installed.`,
    'Convert it to one of these, or install ffmpeg, which reads most others.',
    { cause },
  );
}

/** The error for a file that is no recording. */
export function noRecording(name: string): SpeechError {
  return new SpeechError(
    'unsupported_audio',
    `${name} holds no audio that can be read: it is no recording, or one that lacks its beginning.`,
    'Give a whole recording, such as WAV, FLAC, MP3, Ogg, MP4 or WebM.',
  );
}

/** The error for a recording of a known kind of which nothing can be decoded. `flaw` ends the sentence. */
export function brokenRecording(
  name: string,
  kind: RecordingKind | undefined,
  flaw = 'is damaged and cannot be decoded',
): SpeechError {
  return new SpeechError(
    'unreadable_audio',
    kind === undefined ? `${name} ${flaw}.` : `${name} looks like ${kind}, but ${flaw}.`,
    flaw.includes('beginning')
      ? 'Send the whole recording, with all pieces in their order from the first on, as one file.'
      : 'Copy it again, as a whole, from where it was recorded.',
  );
}

/** The error for a recording that holds only pictures or texts. */
export function soundless(name: string): SpeechError {
  return new SpeechError(
    'unreadable_audio',
    `${name} holds no sound.`,
    'Check that the microphone was recorded, and export the recording with its sound.',
  );
}

/** The error for a recording that is protected against copying. */
export function encryptedRecording(name: string): SpeechError {
  return new SpeechError(
    'unreadable_audio',
    `${name} is encrypted or protected against copying, so that it cannot be decoded.`,
    'Export it without protection from the program that plays it.',
  );
}

/** The error for something that cannot be decoded while it comes: it does not begin as a recording that can. */
export function unknownContainer(name: string, kind: RecordingKind | undefined): SpeechError {
  return new SpeechError(
    'container_unknown',
    kind === undefined
      ? `${name} does not begin as a recording that can be decoded while it comes: WebM, Ogg, FLAC, WAV or MP3.`
      : `${name} begins as ${kind}, which cannot be decoded while it comes here.`,
    'Send a recording from its first byte on. A recorder writes its header only once, so start it anew on each connection.',
  );
}

/** The error for a recording that turns out to be broken while it comes. `flaw` ends the sentence. */
export function brokenContainer(name: string, flaw = 'is damaged and cannot be decoded'): SpeechError {
  return new SpeechError(
    'container_broken',
    `${name} ${flaw}.`,
    'Start the recorder anew on another connection. What was decoded is transcribed.',
  );
}
