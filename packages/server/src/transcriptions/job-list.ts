import type { Job } from './job.js';
import type { TranscriptionStatus } from './transcription.js';

/** All known jobs, in order of arrival. */
export interface JobList {
  readonly add: (job: Job) => void;
  readonly get: (id: string) => Job | undefined;
  readonly all: () => readonly Job[];
  readonly withStatus: (...statuses: readonly TranscriptionStatus[]) => readonly Job[];
  /** Forgets an ended job after this time, or when many more have ended. */
  readonly forgetLater: (job: Job, milliseconds: number) => void;
  readonly forget: (id: string) => void;
}

/** The most ended jobs that are kept; if there are more, the oldest are forgotten before their time. */
const MOST_ENDED = 1000;

/** Starts empty. */
export function createJobList(): JobList {
  const jobs = new Map<string, Job>();
  const expiries = new Map<string, NodeJS.Timeout>();

  const withStatus = (...statuses: readonly TranscriptionStatus[]): readonly Job[] =>
    [...jobs.values()].filter(({ state }) => statuses.includes(state.status));

  const forget = (id: string): void => {
    clearTimeout(expiries.get(id));
    expiries.delete(id);
    jobs.delete(id);
  };

  return {
    add: (job) => {
      jobs.set(job.state.id, job);
    },
    get: (id) => jobs.get(id),
    all: () => [...jobs.values()],
    withStatus,
    forgetLater: ({ state: { id } }, milliseconds) => {
      expiries.set(id, setTimeout(forget, milliseconds, id).unref());
      for (const { state } of withStatus('done', 'failed', 'cancelled').slice(0, -MOST_ENDED))
        forget(state.id);
    },
    forget,
  };
}
