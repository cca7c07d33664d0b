import type { RecognizerEvent } from '../recognizer/recognizer.js';
import type { ToHosted } from './messages/worker-messages.js';
import { createJoinedSlot, type JoinedSlot } from './scheduling/joined-slot.js';
import { createSlotPool, type SlotPool } from './scheduling/slot-pool.js';

/** A pool of processes that others supervise. */
export interface JoinedPool extends Omit<SlotPool, 'add' | 'remove'> {
  /** Takes a process into use; `send` reaches it. */
  join(send: (message: ToHosted) => void): JoinedProcess;
}

/** A process of a joined pool. */
export interface JoinedProcess extends Omit<JoinedSlot, 'slot'> {
  /** Gives its jobs back, and gives it no more. */
  leave(): void;
}

/** Makes a pool without processes. */
export function createJoinedPool(onEvent: (event: RecognizerEvent) => void): JoinedPool {
  // Processes elsewhere take no cores from each other that this side could see.
  const pool = createSlotPool(onEvent, Infinity);
  return {
    ...pool,
    join(send) {
      const { slot, joined } = addTo(pool, send);
      return {
        ...joined,
        leave() {
          joined.setRoom(0);
          pool.remove(slot);
          joined.reset('blameless');
        },
      };
    },
  };
}

function addTo(pool: SlotPool, send: (message: ToHosted) => void) {
  let joined: JoinedSlot | undefined;
  const slot = pool.add((listener) => (joined = createJoinedSlot(listener, send)).slot);
  if (!joined) throw new TypeError('a slot was not made');
  return { slot, joined };
}
