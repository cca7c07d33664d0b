import type { RecognitionJob } from '../messages/recognition-job.js';
import type { ToWorker } from '../messages/worker-messages.js';
import type { NamedByJob, ToldNames } from './told-names.js';

/** The jobs that one process has. */
export interface AssignedJobs {
  readonly count: number;
  /** Sends what the process lacks for a job, then the job. */
  readonly assign: (job: RecognitionJob, named: NamedByJob) => void;
  /**
   * Sends a job again after all of its audio, which the process has dropped. If there is less audio than the
   * job names, removes the job and returns false.
   */
  sendWhole(id: number): boolean;
  /** Removes a job; returns whether it was there. */
  delete(id: number): boolean;
  /** Removes all jobs, and returns their numbers. */
  takeAll(): readonly number[];
}

/** Starts without jobs. */
export function createAssignedJobs(names: ToldNames, send: (message: ToWorker) => void): AssignedJobs {
  const jobs = new Map<number, AssignedJob>();

  const give = ({ job, named }: AssignedJob) => {
    // At work, a process reads only 64 KiB between two steps, and the audio of a long final would take seconds to arrive.
    const standsStill = job.priority === 'final-beside-crowd';
    if (standsStill) send({ type: 'pause' });
    names.tell(job, named);
    send({ type: 'job', job });
    if (standsStill) send({ type: 'go-on' });
  };

  return {
    get count() {
      return jobs.size;
    },
    assign(job, named) {
      const assigned = { job, named, wasSentWhole: false };
      jobs.set(job.id, assigned);
      give(assigned);
    },
    sendWhole(id) {
      const assigned = jobs.get(id);
      // It was cancelled in the meantime.
      if (!assigned) return true;
      names.lost(assigned.job.stream);
      if (assigned.wasSentWhole) return !jobs.delete(id);
      assigned.wasSentWhole = true;
      give(assigned);
      return true;
    },
    delete: (id) => jobs.delete(id),
    takeAll() {
      const ids = [...jobs.keys()];
      jobs.clear();
      return ids;
    },
  };
}

/** A job at a process. */
interface AssignedJob {
  readonly job: RecognitionJob;
  readonly named: NamedByJob;
  wasSentWhole: boolean;
}
