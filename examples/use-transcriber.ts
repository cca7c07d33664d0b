import {
  createTranscriber,
  type PcmFormat,
  type Problem,
  type Segment,
  type Source,
  type Transcriber,
  type TranscriberOptions,
  type TranscriberState,
} from '@auscult/client';
import { useCallback, useEffect, useRef, useState } from 'react';

/** What a component shows of a transcription, and what its buttons do. */
export interface Transcription {
  readonly state: TranscriberState;
  /** The final text. */
  readonly segments: readonly Segment[];
  /** Partial text, at most one for each channel; it may still change. */
  readonly partials: readonly Segment[];
  /** The last thing that went wrong, until the next start. */
  readonly problem: Problem | undefined;
  /** Listens to the microphone, or to `source`. Failures show in `state` and `problem`. */
  readonly start: (source?: Source, format?: PcmFormat) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
}

/**
 * Live transcription for a React component; it ends with the component. Options apply from the next start on.
 */
export function useTranscriber(options: TranscriberOptions = {}): Transcription {
  const [state, setState] = useState<TranscriberState>({ kind: 'idle' });
  const [segments, setSegments] = useState<readonly Segment[]>([]);
  const [partials, setPartials] = useState<readonly Segment[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const current = useRef<Transcriber>(undefined);
  const latest = useRef(options);

  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => () => current.current?.close(), []);

  const start = useCallback((source?: Source, format?: PcmFormat) => {
    current.current?.close();
    const transcriber = createTranscriber(latest.current);
    current.current = transcriber;
    const others = (channel: number | undefined) => (partial: Segment) => partial.channel !== channel;
    setSegments([]);
    setPartials([]);
    setProblem(undefined);
    transcriber.on('state', (state) => {
      setState(state);
      if (state.kind === 'stopped') setPartials([]);
    });
    transcriber.on('problem', setProblem);
    transcriber.on('partial', (partial) => {
      // A partial without text withdraws the previous one.
      const shown = partial.text === '' ? [] : [partial];
      setPartials((before) => [...before.filter(others(partial.channel)), ...shown]);
    });
    transcriber.on('final', ({ channel }) => {
      setSegments(transcriber.transcript.segments);
      setPartials((before) => before.filter(others(channel)));
    });
    transcriber.start(source, format).catch(() => undefined);
  }, []);
  const pause = useCallback(() => current.current?.pause(), []);
  const resume = useCallback(() => current.current?.resume(), []);
  const stop = useCallback(() => {
    current.current?.stop().catch(() => undefined);
  }, []);

  return { state, segments, partials, problem, start, pause, resume, stop };
}
