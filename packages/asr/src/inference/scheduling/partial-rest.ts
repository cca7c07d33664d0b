import type { Dispatch } from './dispatch.js';
import type { Schedule } from './schedule.js';
import type { WorkerSlot } from './worker-slot.js';

/** Has a process that has done a partial do no other for a while, so that finals find it free: the longer the more they wait. */
export type RestFromPartials = (slot: WorkerSlot, finalWaitSeconds: number) => void;

/** Has the processes of a schedule rest. */
export function createPartialRest(
  { resting }: Pick<Schedule, 'resting'>,
  dispatch: Pick<Dispatch, 'all'>,
): RestFromPartials {
  return (slot, finalWaitSeconds) => {
    const milliseconds = restMs(finalWaitSeconds);
    if (milliseconds === 0) return;
    resting.add(slot);
    const wake = () => {
      resting.delete(slot);
      dispatch.all();
    };
    setTimeout(wake, milliseconds).unref();
  };
}

/** Finals that wait so long for a process leave room for partials, seconds; longer ones thin them out (bench `streams`). */
const UNHURRIED_SECONDS = 0.15;

/** However late finals were, shown words move on within this time, milliseconds. */
const LONGEST_REST = 2_000;

function restMs(finalWaitSeconds: number): number {
  return Math.min(LONGEST_REST, Math.max(0, finalWaitSeconds - UNHURRIED_SECONDS) * 4_000);
}
