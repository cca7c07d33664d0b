/** What is known about one channel. Places are samples since `start()`. */
export interface ChannelLedger {
  /** All audio before this sample is settled. */
  settled: number;
  /** What was settled when the session began. */
  settledBefore: number;
  /** The sequence of the session's next final. */
  next: number;
  /** Added to a sequence of the session, it gives a count over all sessions. */
  sequenceOffset: number;
}

export function createChannelLedger(): ChannelLedger {
  return { settled: 0, settledBefore: 0, next: 0, sequenceOffset: 0 };
}

/** All audio before `place` is settled; what was settled before remains so. */
export function settle(channel: ChannelLedger, place: number): void {
  channel.settled = Math.max(channel.settled, place);
}

/** A session counts its finals anew from 0. */
export function beginSession(channel: ChannelLedger): void {
  channel.settledBefore = channel.settled;
  channel.sequenceOffset += channel.next;
  channel.next = 0;
}

/**
 * Overwrites with silence what was settled in one channel before the session but is sent again for the other. `at` is
 * the first sample of `interleaved`.
 */
export function silenceSettled(
  channels: readonly ChannelLedger[],
  interleaved: Int16Array,
  at: number,
): void {
  channels.forEach(({ settledBefore }, index) => {
    const frames = Math.min(interleaved.length / channels.length, settledBefore - at);
    for (let frame = 0; frame < frames; frame++) interleaved[frame * channels.length + index] = 0;
  });
}
