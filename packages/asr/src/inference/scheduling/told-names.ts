import type { KeyTermList } from '../../terms/key-term-list.js';
import type { KeptForLater } from '../inference-pool.js';
import type { RecognitionJob } from '../messages/recognition-job.js';
import type { ToWorker } from '../messages/worker-messages.js';
import { createSentAudio, type SampleReader } from './sent-audio.js';

/** The things that a job refers to only by name. */
export interface NamedByJob {
  /** May be called until the job is over. */
  readonly audio: SampleReader;
  readonly keyTerms: KeyTermList | undefined;
}

/** Sends one process the term lists and the audio that jobs name, and remembers which of them it has. */
export interface ToldNames {
  /** Sends the process what it lacks for a job. */
  tell(job: RecognitionJob, named: NamedByJob): void;
  /** Notes that the process has dropped a stream's audio. */
  lost(stream: string): void;
  /** Has the process free what it keeps for jobs that will not come. */
  readonly forget: (kept: KeptForLater) => void;
  /** Notes that another process, which has been sent nothing yet, has taken its place. */
  clear(): void;
}

/** Starts with nothing sent. */
export function createToldNames(send: (message: ToWorker) => void): ToldNames {
  const termLists = new Set<string>();
  const audio = createSentAudio();

  const tellTerms = (list: KeyTermList) => {
    if (termLists.has(list.name)) return;
    termLists.add(list.name);
    send({ type: 'terms', list });
  };

  return {
    tell(job, named) {
      if (named.keyTerms && job.termLists.includes(named.keyTerms.name)) tellTerms(named.keyTerms);
      const piece = audio.next(job.stream, job.audio, named.audio);
      if (piece) send({ type: 'audio', piece });
    },
    lost(stream) {
      audio.forget(stream);
    },
    forget(kept) {
      if ('window' in kept) send({ type: 'forget', window: kept.window });
      else if ('stream' in kept) {
        if (audio.forget(kept.stream)) send({ type: 'forget-audio', stream: kept.stream });
      } else if (termLists.delete(kept.termList)) send({ type: 'forget-terms', name: kept.termList });
    },
    clear() {
      termLists.clear();
      audio.clear();
    },
  };
}
