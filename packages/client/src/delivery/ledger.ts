import type { TranscriptionMessage } from '@auscult/protocol';
import { roundedSeconds, samplesOf, secondsOf } from '../audio/sample-rate.js';
import type { Segment } from '../transcript.js';
import {
  beginSession,
  createChannelLedger,
  settle,
  silenceSettled,
  type ChannelLedger,
} from './channel-ledger.js';
import { ownSegment } from './own-segment.js';

/**
 * Keeps account of what the server has, on the transcriber's own clock: samples of each channel since `start()`. A
 * session of the server counts anew from 0; the ledger knows where on its own clock that was.
 */
export interface Ledger {
  /** All audio before this sample is settled in every channel, and need not be kept. */
  readonly settled: () => number;
  /** The next sample to send. */
  readonly sent: () => number;
  /** Samples that the server is known to have taken. */
  readonly received: () => number;
  /** Whether the server has ever acknowledged how much it has taken. */
  readonly isAcknowledged: () => boolean;
  /** For each channel of the session, the sequence of the next final. */
  readonly next: () => readonly number[];
  /** For each channel, what added to a sequence of the session gives the own one. */
  readonly offsets: () => readonly number[];
  /** A session begins at `base`, which is not before the end of what is settled in every channel. */
  readonly beginSession: (base: number) => void;
  /** The session goes on: it has taken that many samples. */
  readonly resume: (receivedSamples: number) => void;
  readonly advance: (samples: number) => void;
  readonly acknowledge: (receivedSamples: number, settledSeconds: number) => void;
  /** All audio before `place` is settled, according to the answer to a flush there. */
  readonly settleAll: (place: number) => void;
  /** The segment of a final, unless it has been taken before. */
  readonly takeFinal: (message: TranscriptionMessage) => Segment | undefined;
  /** The segment of a partial, unless its final has been taken before. */
  readonly takePartial: (message: TranscriptionMessage) => Segment | undefined;
  /**
   * Overwrites with silence what is settled in one channel but sent again for the other. `at` is its first sample.
   */
  readonly silenceSettled: (interleaved: Int16Array, at: number) => void;
  /** A time in the session, in seconds, as one on the own clock. */
  readonly ownSeconds: (sessionSeconds: number) => number;
  /** The same as a sample. */
  readonly ownSample: (sessionSeconds: number) => number;
}

/** Starts with nothing sent. */
export function createLedger(channelCount: number): Ledger {
  const channels = Array.from({ length: channelCount }, createChannelLedger);
  let base = 0;
  let sent = 0;
  let received = 0;
  let isAcknowledged = false;

  const ownSample = (seconds: number): number => base + samplesOf(seconds);
  const ownSeconds = (seconds: number): number => roundedSeconds(secondsOf(base) + seconds);

  function settleAll(place: number): void {
    // Nothing is settled that was not sent, whatever the server says.
    for (const channel of channels) settle(channel, Math.min(place, sent));
  }

  return {
    settled: () => Math.min(...channels.map(({ settled }) => settled)),
    sent: () => sent,
    received: () => received,
    isAcknowledged: () => isAcknowledged,
    next: () => channels.map(({ next }) => next),
    offsets: () => channels.map(({ sequenceOffset }) => sequenceOffset),
    beginSession: (place) => {
      base = sent = received = place;
      channels.forEach(beginSession);
    },
    resume: (receivedSamples) => {
      received = sent = Math.min(sent, base + receivedSamples);
    },
    advance: (samples) => {
      sent += samples;
    },
    acknowledge: (receivedSamples, settledSeconds) => {
      isAcknowledged = true;
      received = Math.max(received, Math.min(sent, base + receivedSamples));
      settleAll(ownSample(settledSeconds));
    },
    settleAll,
    takeFinal: (message) => {
      const channel = expecting(channels, message);
      if (!channel) return undefined;
      channel.next = message.sequence + 1;
      settle(channel, Math.min(ownSample(message.end), sent));
      return ownSegment(message, ownSeconds, channel.sequenceOffset);
    },
    takePartial: (message) => {
      const channel = expecting(channels, message);
      return channel && ownSegment(message, ownSeconds, channel.sequenceOffset);
    },
    silenceSettled: (interleaved, at) => silenceSettled(channels, interleaved, at),
    ownSeconds,
    ownSample,
  };
}

/** The channel of a message, unless the final of that utterance has been taken before. */
function expecting(
  channels: readonly ChannelLedger[],
  { channel = 0, sequence }: TranscriptionMessage,
): ChannelLedger | undefined {
  const own = channels[channel];
  return own && sequence >= own.next ? own : undefined;
}
