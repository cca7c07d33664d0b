import { crowdsIn } from './crowds.js';
import type { Schedule } from './schedule.js';
import { isBackground, type ScheduledJob } from './scheduled-job.js';
import type { WorkerSlot } from './worker-slot.js';

/** The pauses of processes whose work may wait. */
export interface Pauses {
  /** Pauses processes, and lets them go on, by the jobs that are at work now. */
  readonly update: () => void;
  stop(): void;
}

/**
 * Lets processes stand still that work in the background or for a crowd alone while another decodes a final of somebody
 * else, as many as it takes to leave a core to the server: it would wait for a core otherwise, although it goes first in its
 * process. A process then works for at least as long as it stood still, so that no work is kept from being done.
 */
export function createPauses(schedule: Schedule, cores: number): Pauses {
  const { slots, work } = schedule;
  const paused = new Map<WorkerSlot, Pause>();
  /** When a process may pause again, milliseconds. */
  const worksUntil = new Map<WorkerSlot, number>();

  const update = () => {
    const makingWay = slotsMakingWay();
    for (const slot of slots) {
      if (makingWay.includes(slot)) pause(slot);
      else goOn(slot);
    }
  };

  const slotsMakingWay = (): readonly WorkerSlot[] => {
    const busy = slots.filter((slot) => work.at(slot).size > 0);
    const tooMany = busy.length - (cores - 1);
    if (tooMany <= 0) return [];
    const crowds = crowdsIn(schedule);
    const yields = (job: ScheduledJob, final: ScheduledJob) =>
      isBackground(job) || job.isEarlyAtWork || crowds.isBeside(final, job);
    const finals = slots.flatMap((slot) => work.finalsAt(slot));
    return busy
      .filter((slot) => finals.some((final) => [...work.at(slot)].every((job) => yields(job, final))))
      .slice(0, tooMany);
  };

  const pause = (slot: WorkerSlot) => {
    const now = performance.now();
    if (paused.has(slot) || now < (worksUntil.get(slot) ?? 0)) return;
    paused.set(slot, { since: now, end: setTimeout(goOn, LONGEST_PAUSE_MS, slot).unref() });
    slot.pause();
  };

  const goOn = (slot: WorkerSlot) => {
    const pause = paused.get(slot);
    if (!pause) return;
    clearTimeout(pause.end);
    paused.delete(slot);
    const now = performance.now();
    worksUntil.set(slot, now + (now - pause.since));
    slot.goOn();
  };

  return {
    update,
    stop() {
      for (const { end } of paused.values()) clearTimeout(end);
    },
  };
}

interface Pause {
  /** When it began, milliseconds. */
  readonly since: number;
  readonly end: NodeJS.Timeout;
}

/** About the time that a long final takes. */
const LONGEST_PAUSE_MS = 2_000;
