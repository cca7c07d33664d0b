import type { Discard } from '../../decoding/tensor-bin.js';
import type { EncoderState } from '../../decoding/stream-encoder.js';

/** Encoder states by window, in fixed memory. Those set longest ago are dropped first, which costs time but no text. */
export interface WindowStates {
  /** The state of `window` if it covers no more than `samples` samples. */
  get(window: string, samples: number): EncoderState | undefined;
  set(window: string, state: EncoderState, samples: number): void;
  readonly delete: (window: string) => void;
}

/** Memory for encoder states in one process, bytes: 10 windows of 20 s of the base model. */
const MAX_BYTES = 120_000_000;

/** Makes an empty store. `discard` is given the tensors of states that are dropped. */
export function createWindowStates(maxBytes = MAX_BYTES, discard: Discard = () => undefined): WindowStates {
  const states = new Map<string, { readonly state: EncoderState; readonly samples: number }>();
  let bytes = 0;

  const remove = (window: string) => {
    const dropped = states.get(window)?.state;
    if (!dropped) return;
    bytes -= dropped.bytes;
    states.delete(window);
    discard(dropped.tensors.values());
  };

  return {
    get(window, samples) {
      const found = states.get(window);
      return found && found.samples <= samples ? found.state : undefined;
    },
    set(window, state, samples) {
      remove(window);
      states.set(window, { state, samples });
      bytes += state.bytes;
      for (const oldest of states.keys()) {
        if (bytes <= maxBytes || oldest === window) break;
        remove(oldest);
      }
    },
    delete: remove,
  };
}
