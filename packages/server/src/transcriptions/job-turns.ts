import { createFairShares } from '@auscult/asr';

/** A job that waits for its turn. */
interface WaitingJob {
  readonly id: string;
  /** The share whose turn it takes. */
  readonly share: readonly string[];
  /** How much of that share it is expected to take, seconds of audio. */
  readonly cost: number;
  /** Whether it begins at once, however many others run. */
  readonly isUrgent: boolean;
  /** Whether no other may run beside it, since it may take them down with it. */
  readonly isAlone: boolean;
  /** Carries the job out; resolves when nothing of it is left to do here, and says if there was nothing. Never rejects. */
  readonly run: () => Promise<'ran' | 'was gone'>;
}

/** Says whose turn it is. */
export interface JobTurns {
  readonly enter: (job: WaitingJob) => void;
  /** Gives up a job that waits. */
  readonly leave: (id: string) => void;
  /** Whether a job waits or runs here. */
  readonly has: (id: string) => boolean;
  readonly waiting: () => number;
  readonly running: () => number;
  /** Begins none from now on; resolves when those that run are over. */
  readonly close: () => Promise<void>;
}

/**
 * `atATime` jobs run together: tenants, and their members, take turns by the amount of audio that was heard for each, and the
 * jobs of one owner run in the order in which they came. Urgent ones wait for nobody. `onChange` is called when one begins to
 * wait or to run, or is over.
 */
export function createJobTurns(atATime: number, onChange: () => void): JobTurns {
  const shares = createFairShares();
  const waiting = new Map<string, WaitingJob>();
  const running = new Map<string, { readonly job: WaitingJob; readonly over: Promise<void> }>();
  let closed = false;

  const inTurn = (): readonly WaitingJob[] =>
    [...running.values()].map(({ job }) => job).filter(({ isUrgent }) => !isUrgent);

  const next = (): WaitingJob | undefined => {
    const all = [...waiting.values()];
    const urgent = all.find(({ isUrgent }) => isUrgent);
    if (urgent) return urgent;
    const others = inTurn();
    if (others.length >= atATime || others.some(({ isAlone }) => isAlone)) return undefined;
    const first = all.reduce<WaitingJob | undefined>(
      (best, job) => (best && shares.compare(best.share, job.share) <= 0 ? best : job),
      undefined,
    );
    return first?.isAlone === true && others.length > 0 ? undefined : first;
  };

  const startNext = (): void => {
    for (let job = closed ? undefined : next(); job; job = next()) start(job);
    onChange();
  };

  const start = (job: WaitingJob): void => {
    waiting.delete(job.id);
    shares.begin(job.share, job.cost);
    const over = job.run().then((outcome) => {
      running.delete(job.id);
      shares.end(job.share, outcome === 'ran' ? 0 : -job.cost);
      startNext();
    });
    running.set(job.id, { job, over });
  };

  return {
    enter: (job) => {
      waiting.set(job.id, job);
      shares.enter(job.share);
      startNext();
    },
    leave: (id) => {
      const job = waiting.get(id);
      if (job === undefined) return;
      waiting.delete(id);
      shares.leave(job.share);
      startNext();
    },
    has: (id) => waiting.has(id) || running.has(id),
    waiting: () => waiting.size,
    running: () => running.size,
    close: async () => {
      closed = true;
      await Promise.all([...running.values()].map(({ over }) => over));
    },
  };
}
