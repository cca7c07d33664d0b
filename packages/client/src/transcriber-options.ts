import type { SpeakerCorrections } from '@auscult/protocol';
import type { RecognitionOptions } from './recognition-options.js';

/** How a WebSocket is made: the constructor of browsers, of Node from 22 on, and of the package `ws`. */
export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike;

/** The part of a WebSocket that is used. */
export interface WebSocketLike {
  readonly readyState: number;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  send(frame: string | Int16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  /** Cuts the connection; only `ws` has it. */
  terminate?(): void;
  addEventListener(event: 'open', listener: () => void): void;
  addEventListener(event: 'error', listener: (event: object) => void): void;
  addEventListener(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    event: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
}

/**
 * Which microphone is opened, and how the browser processes its sound. The browser decides about options left out.
 */
export interface MicrophoneOptions {
  readonly deviceId?: string;
  /** With `channels: 2`: the microphone of the second channel. */
  readonly secondDeviceId?: string;
  readonly echoCancellation?: boolean;
  readonly noiseSuppression?: boolean;
  readonly autoGainControl?: boolean;
}

/** A word or phrase that is likely to be said. */
export interface KeyTerm {
  /** As it is to be written, at most 100 characters and 8 words. */
  readonly text: string;
  /** How much more likely than other terms it is to be said, 0.1 to 3. Default: 1. */
  readonly weight?: number;
  /** Other ways in which it is said, spelled in plain words: `h b a one c`. At most 8. */
  readonly soundsLike?: readonly string[];
}

/** How to reach the server, and how it should transcribe. Options left out are as the server is set. */
export interface TranscriberOptions extends RecognitionOptions {
  /**
   * The server, as `ws(s)://` or `http(s)://`; in a browser, the page's own host if left out. `ws/transcribe` is
   * appended if it has no path, or one that ends in a slash.
   */
  readonly url?: string;
  /**
   * Gets a ticket for one connection from a server that requires authentication: `POST /api/v1/tickets`. Called
   * before each connection. If nobody is logged in, it should reject with a `TranscriberError` of the code
   * `unauthorized`: the recording then goes on, and `retryNow()` after the login sends what was said meanwhile. After
   * any other failure it is called again a little later.
   */
  readonly ticket?: (() => Promise<string>) | undefined;
  /** Words and phrases that are likely to be said, each as it is to be written; at most 5,000. */
  readonly keyTerms?: readonly (string | KeyTerm)[];
  /** The number of the first speaker, such as one that no other recording of the same text has. Default: 0. */
  readonly firstSpeaker?: number;
  /**
   * Corrects who speaks in a session that is over: `POST /api/v1/sessions/{sessionId}/speakers`. Called with what `identify` was
   * given after the end, and with what it was given before and may not have reached the server; the next call waits for the
   * end of this one. Without it, such corrections count only in `transcript`.
   */
  readonly correctRecord?: (sessionId: string, corrections: SpeakerCorrections) => Promise<void>;
  readonly microphone?: MicrophoneOptions;
  /**
   * How sound is taken from a microphone or a `MediaStream`. `worklet`, the default, takes samples out of the browser's audio
   * engine. `recorder` uses the browser's recorder, for pages in which no worklet may run: of one channel, without levels,
   * and kept only in memory.
   */
  readonly capture?: 'worklet' | 'recorder';
  /**
   * Minutes of audio that are held in memory while the server may still need them. Default: 10. In browsers, more
   * goes to IndexedDB, sealed with a key that only this page has; elsewhere the source has to wait.
   */
  readonly bufferMinutes?: number;
  /** Needed where there is no global one and the package is not imported by Node, whose entry brings one. */
  readonly webSocket?: WebSocketConstructor | undefined;
  /** Where the capture worklet is served. Default: `capture-worklet.js` beside this module. */
  readonly workletUrl?: string | URL;
}

/** What to listen to: a stream of the browser, or PCM, interleaved where there are two channels. Floats are within ±1. */
export type Source = MediaStream | AsyncIterable<Float32Array | Int16Array>;

/** How PCM is written. */
export interface PcmFormat {
  /** Samples a second of each channel, a whole number from 8000 to 192000. Default: 16000. */
  readonly sampleRate?: number;
}
