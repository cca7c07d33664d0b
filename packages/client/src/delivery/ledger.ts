import type { TranscriptionMessage } from '@auscult/protocol';
import { samplesOf, secondsOf } from '../audio/sample-rate.js';
import type { Segment } from '../transcript.js';

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
  /** Seconds of the session, on the own clock. */
  readonly ownSeconds: (sessionSeconds: number) => number;
  /** The sample on the own clock that is so many seconds into the session. */
  readonly ownSample: (sessionSeconds: number) => number;
}

/** What is known about one channel. */
interface ChannelLedger {
  settled: number;
  /** What was settled when the session began. */
  settledBefore: number;
  /** The sequence of the session's next final. */
  next: number;
  /** Added to a sequence of the session, it gives a count over all sessions. */
  sequenceOffset: number;
}

/** Starts with nothing sent. */
export function createLedger(channelCount: number): Ledger {
  const channels: readonly ChannelLedger[] = Array.from({ length: channelCount }, () => ({
    settled: 0,
    settledBefore: 0,
    next: 0,
    sequenceOffset: 0,
  }));
  let base = 0;
  let sent = 0;
  let received = 0;
  let isAcknowledged = false;

  const ownSample = (seconds: number): number => base + samplesOf(seconds);
  const ownSeconds = (seconds: number): number => secondsOf(base) + seconds;
  const channelOf = ({ channel = 0 }: TranscriptionMessage): ChannelLedger | undefined => channels[channel];

  function settle(channel: ChannelLedger, place: number): void {
    // Nothing is settled that was not sent, whatever the server says.
    channel.settled = Math.max(channel.settled, Math.min(place, sent));
  }

  function settleAll(place: number): void {
    for (const channel of channels) settle(channel, place);
  }

  function segmentOf(message: TranscriptionMessage, { sequenceOffset }: ChannelLedger): Segment {
    const span = ({ start, end }: { start: number; end: number }) => ({
      start: rounded(ownSeconds(start)),
      end: rounded(ownSeconds(end)),
    });
    const { text, spoken, confidence, channel, words, removes } = message;
    return {
      text,
      ...(spoken === undefined ? {} : { spoken }),
      ...span(message),
      confidence,
      ...(channel === undefined ? {} : { channel }),
      ...(words && {
        words: words.map((word) => ({ ...word, ...span(word) })),
      }),
      sequence: sequenceOffset + message.sequence,
      ...(removes && { removes: removes.map((sequence) => sequenceOffset + sequence) }),
    };
  }

  return {
    settled: () => Math.min(...channels.map(({ settled }) => settled)),
    sent: () => sent,
    received: () => received,
    isAcknowledged: () => isAcknowledged,
    next: () => channels.map(({ next }) => next),
    beginSession: (place) => {
      base = place;
      sent = place;
      received = place;
      for (const channel of channels) {
        channel.settledBefore = channel.settled;
        channel.sequenceOffset += channel.next;
        channel.next = 0;
      }
    },
    resume: (receivedSamples) => {
      sent = Math.min(sent, base + receivedSamples);
      received = sent;
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
      const channel = channelOf(message);
      if (!channel || message.sequence < channel.next) return undefined;
      const segment = segmentOf(message, channel);
      channel.next = message.sequence + 1;
      settle(channel, ownSample(message.end));
      return segment;
    },
    takePartial: (message) => {
      const channel = channelOf(message);
      return channel && message.sequence >= channel.next ? segmentOf(message, channel) : undefined;
    },
    silenceSettled: (interleaved, at) => {
      channels.forEach(({ settledBefore }, index) => {
        const frames = Math.min(interleaved.length / channelCount, settledBefore - at);
        for (let frame = 0; frame < frames; frame++) interleaved[frame * channelCount + index] = 0;
      });
    },
    ownSeconds: (seconds) => rounded(ownSeconds(seconds)),
    ownSample,
  };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
