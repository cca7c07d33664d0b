import type { Deferred } from './deferred.js';
import { ownProblem, TranscriberError, type Problem } from './problem.js';
import type { StateKeeper } from './state-keeper.js';
import type { Phase } from './transcriber-state.js';
import type { Transcript } from './transcript.js';

/** The ways in which a recording ends. Only the first one counts. */
export interface Ending {
  /** All text is here. If it is still to be refined, the connection is kept until `endRefinement`. */
  readonly complete: (isToBeRefined: boolean) => void;
  /** The refined text is here, or will never come. */
  readonly endRefinement: () => void;
  /** The recording cannot go on. */
  readonly fail: (problem: Problem) => void;
  /** The source broke. The text of what it gave is waited for, and then the recording has failed. */
  readonly loseSource: (cause: unknown) => void;
  /** Gives up. */
  readonly giveUp: () => void;
}

interface EndingParts {
  readonly keeper: StateKeeper;
  /** Rejected if the recording ends before. */
  readonly connected: Deferred<undefined>;
  /** Settled with the end. */
  readonly finished: Deferred<Transcript>;
  readonly transcript: () => Transcript;
  /** Lets go of source, server and audio. */
  readonly release: () => void;
  readonly onProblem: (problem: Problem) => void;
}

/** Settles what a recording came to, once, and releases what it used when that is no longer needed. */
export function createEnding(parts: EndingParts): Ending {
  const { keeper, connected, finished, transcript, release, onProblem } = parts;
  let sourceFailure: TranscriberError | undefined;

  function endEarly(phase: Phase, error: TranscriberError): void {
    keeper.moveTo(phase);
    release();
    connected.reject(error);
    finished.reject(error);
  }

  return {
    complete: (isToBeRefined) => {
      keeper.moveTo({ kind: 'stopped' });
      if (!isToBeRefined) release();
      if (sourceFailure) finished.reject(sourceFailure);
      else finished.resolve(transcript());
    },
    endRefinement: () => {
      if (keeper.now().phase.kind === 'stopped') release();
    },
    fail: (problem) => {
      if (keeper.isEnded()) return;
      const { code, message } = problem;
      const error = problem instanceof TranscriberError ? problem : new TranscriberError(problem);
      endEarly({ kind: 'failed', problem: { code, message } }, error);
      onProblem({ code, message });
    },
    loseSource: (cause) => {
      const problem = ownProblem('source_failed');
      sourceFailure = new TranscriberError(problem, cause);
      onProblem(problem);
    },
    giveUp: () => {
      if (keeper.isEnded()) release();
      else endEarly({ kind: 'stopped' }, new TranscriberError(ownProblem('closed')));
    },
  };
}
