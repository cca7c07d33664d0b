import {
  createTranscriber,
  TranscriberError,
  type Problem,
  type Source,
  type SpeakerCorrections,
  type Transcriber,
  type TranscriberOptions,
  type TranscriberState,
} from '@auscult/client';
import type { AskServer } from './ask-server.js';

/** Recordings one after another, of which at most one takes audio. Several elements may share it. */
export interface Recording {
  /** What the newest recording is doing. */
  readonly state: TranscriberState;
  /** That of the newest recording, once there was one. */
  readonly transcriber: Transcriber | undefined;
  /** Starts a recording, unless one takes audio; one that waits for its last text goes on waiting. */
  readonly start: () => Promise<void>;
  /** Asks the server of the recordings over HTTP. */
  readonly ask: AskServer;
  /** Whether it may be asked in the name of whoever records: not if only tickets are known, by which nothing but a socket opens. */
  readonly hasCredentials: () => boolean;
  /** Ends the recording; its last text comes later. */
  readonly stop: () => Promise<void>;
  /** Gives up everything at once. */
  readonly close: () => void;
  /** Calls the listener with the newest transcriber, if there is one, and with each that follows before it starts. */
  readonly follow: (listener: RecordingListener) => () => void;
}

/** Told of what happens to the recordings. */
interface RecordingListener {
  readonly onTranscriber?: (transcriber: Transcriber) => void;
  readonly onState?: (state: TranscriberState) => void;
  readonly onProblem?: (problem: Problem) => void;
}

/** What a recording asks for whenever it starts, so that changes count from the next start on. */
export interface RecordingParts extends Pick<Recording, 'ask' | 'hasCredentials'> {
  readonly options: () => TranscriberOptions;
  /** What to listen to; the microphone if undefined. */
  readonly source: () => Source | undefined;
  /** Makes the transcriber: that of the SDK, unless a test injects events. */
  readonly create: () => ((options: TranscriberOptions) => Transcriber) | undefined;
}

/** Makes recordings, none of which has started. */
export function createRecording(parts: RecordingParts): Recording {
  const { options, source, create, ask, hasCredentials } = parts;
  const listeners = new Set<RecordingListener>();
  const open = new Set<Transcriber>();
  let current: Transcriber | undefined;
  let state: TranscriberState = { kind: 'idle' };

  function change(next: TranscriberState): void {
    state = next;
    for (const { onState } of listeners) onState?.(next);
  }

  function tell(problem: Problem): void {
    for (const { onProblem } of listeners) onProblem?.(problem);
  }

  function follow(transcriber: Transcriber): void {
    open.add(transcriber);
    transcriber.on('state', (next) => {
      if (isOver(next)) open.delete(transcriber);
      if (transcriber === current) change(next);
    });
    transcriber.on('problem', tell);
    for (const { onTranscriber } of listeners) onTranscriber?.(transcriber);
  }

  /** Has the record of a session that is over corrected. */
  async function correctRecord(sessionId: string, corrections: SpeakerCorrections): Promise<void> {
    const { correctSpeakers } = await import('../record/correct-speakers.js');
    await correctSpeakers(ask, sessionId, corrections, tell);
  }

  return {
    ask,
    hasCredentials,
    get state() {
      return state;
    },
    get transcriber() {
      return current;
    },
    start: async () => {
      if (isTaking(state)) return;
      try {
        const transcriber = (create() ?? createTranscriber)({
          ...(hasCredentials() && { correctRecord }),
          ...options(),
        });
        current = transcriber;
        follow(transcriber);
        await transcriber.start(source());
      } catch (error) {
        const problem = problemOf(error);
        if (problem.code === 'closed') return;
        tell(problem);
        if (state.kind !== 'failed') change({ kind: 'failed', problem });
      }
    },
    stop: async () => {
      if (!isTaking(state)) return;
      try {
        await current?.stop();
      } catch {
        // Whatever it is has been told as a problem or a state.
      }
    },
    close: () => {
      for (const transcriber of open) transcriber.close();
      open.clear();
    },
    follow: (listener) => {
      listeners.add(listener);
      if (current) listener.onTranscriber?.(current);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether audio is taken, or is about to be. */
export function isTaking({ kind }: TranscriberState): boolean {
  return !['idle', 'stopping', 'stopped', 'failed'].includes(kind);
}

function isOver({ kind }: TranscriberState): boolean {
  return kind === 'stopped' || kind === 'failed';
}

function problemOf(error: unknown): Problem {
  if (error instanceof TranscriberError) return error;
  return { code: 'misused', message: error instanceof Error ? error.message : 'It did not start.' };
}
