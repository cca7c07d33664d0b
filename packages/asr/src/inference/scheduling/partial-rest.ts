import type { Dispatch } from './dispatch.js';
import type { Schedule } from './schedule.js';
import type { WorkerSlot } from './worker-slot.js';

/**
 * Keeps a process that has done a partial from doing another for a while, so that finals find it free. The longer finals
 * have to wait, the longer it rests.
 */
export type RestFromPartials = (slot: WorkerSlot, finalWaitSeconds: number) => void;

/** Makes the function that lets the processes of a schedule rest. */
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

/** Partials are thinned out only while finals wait longer than this for a process, seconds (bench `streams`). */
const UNHURRIED_SECONDS = 0.15;

/** The longest rest, milliseconds: shown words move on even while finals are very late. */
const LONGEST_REST = 2_000;

function restMs(finalWaitSeconds: number): number {
  return Math.min(LONGEST_REST, Math.max(0, finalWaitSeconds - UNHURRIED_SECONDS) * 4_000);
}
