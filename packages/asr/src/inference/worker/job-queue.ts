import type { RecognitionJob } from '../messages/recognition-job.js';
import type { HeardJob } from './recognise-utterance.js';

/** The jobs of a process: those that wait for their turn, and those at work. */
export interface JobQueue {
  /** Whether there are none. */
  readonly isEmpty: boolean;
  /** Whether any is at work. */
  readonly isAtWork: boolean;
  add(heard: HeardJob): void;
  /**
   * Begins the next of the jobs that are ready: the oldest of the most urgent, or the newest if these are partials. Its
   * signal is aborted when it is cancelled. Undefined if no job may begin now.
   */
  beginNext(isReady: (job: RecognitionJob) => boolean): BegunJob | undefined;
  /** Makes a job as urgent as a final. */
  readonly promote: (id: number) => void;
  /** Drops a job, wherever it is. */
  readonly cancel: (id: number) => void;
  /** Removes a job that is done. */
  end(id: number): void;
}

/** A job that is at work. */
export interface BegunJob extends HeardJob {
  readonly signal: AbortSignal;
}

/** Makes an empty queue. */
export function createJobQueue(): JobQueue {
  const waiting: HeardJob[] = [];
  const atWork = new Map<number, JobAtWork>();
  const promoted = new Set<number>();

  const rankOf = (job: RecognitionJob) => RANK[promoted.has(job.id) ? 'final' : job.priority];

  const next = (isReady: (job: RecognitionJob) => boolean): HeardJob | undefined => {
    const ready = waiting.filter(({ job }) => isReady(job));
    const best = Math.min(...ready.map(({ job }) => rankOf(job)));
    // No job begins while more urgent ones are at work: its encoding would hold them up.
    if (Math.min(...[...atWork.values()].map(({ job }) => rankOf(job))) < best) return undefined;
    const isBest = ({ job }: HeardJob) => rankOf(job) === best;
    return best === RANK.partial ? ready.findLast(isBest) : ready.find(isBest);
  };

  const placeOf = (id: number) => waiting.findIndex(({ job }) => job.id === id);

  const end = (id: number) => {
    atWork.delete(id);
    promoted.delete(id);
  };

  return {
    get isEmpty() {
      return waiting.length === 0 && atWork.size === 0;
    },
    get isAtWork() {
      return atWork.size > 0;
    },
    add(heard) {
      waiting.push(heard);
    },
    beginNext(isReady) {
      const chosen = next(isReady);
      if (!chosen) return undefined;
      waiting.splice(waiting.indexOf(chosen), 1);
      const cancelled = new AbortController();
      atWork.set(chosen.job.id, { job: chosen.job, cancelled });
      return { ...chosen, signal: cancelled.signal };
    },
    promote(id) {
      // The job may be over: its result was on its way to the scheduler when the promotion was sent.
      if (atWork.has(id) || placeOf(id) >= 0) promoted.add(id);
    },
    cancel(id) {
      const index = placeOf(id);
      if (index >= 0) waiting.splice(index, 1);
      atWork.get(id)?.cancelled.abort();
      end(id);
    },
    end,
  };
}

interface JobAtWork {
  readonly job: RecognitionJob;
  readonly cancelled: AbortController;
}

/** The order of work: a job is not begun while one of a lower rank is at work. */
const RANK: Readonly<Record<RecognitionJob['priority'], number>> = {
  'final-beside-crowd': 0,
  final: 1,
  partial: 2,
  background: 3,
};
