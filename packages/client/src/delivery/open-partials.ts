import type { Segment } from '../transcript.js';

/** The partials that are shown, at most one a channel, until their final comes or they are taken back. */
export interface OpenPartials {
  /** Shows a partial in place of the former one of its channel. */
  readonly show: (partial: Segment) => void;
  /** The final of the channel's partial has come. */
  readonly close: (final: Segment) => void;
  /** Removes the partial of a channel, if there is one: nothing was said after all. */
  readonly takeBack: (channel: number) => void;
  /** Removes partials of audio that is settled without a final: what sounded like speech was none. */
  readonly takeBackUntil: (settledSeconds: number) => void;
}

/** `onPartial` gets each partial that is shown, and an empty one for each that is taken back. */
export function createOpenPartials(onPartial: (partial: Segment) => void): OpenPartials {
  const open = new Map<number, Segment>();

  function takeBack(channel: number): void {
    const partial = open.get(channel);
    if (!partial) return;
    open.delete(channel);
    onPartial({ ...partial, text: '', unsettled: '' });
  }

  return {
    show: (partial) => {
      open.set(partial.channel ?? 0, partial);
      onPartial(partial);
    },
    close: ({ channel = 0 }) => {
      open.delete(channel);
    },
    takeBack,
    takeBackUntil: (settledSeconds) => {
      for (const [channel, { end }] of open) {
        if (end <= settledSeconds) takeBack(channel);
      }
    },
  };
}
