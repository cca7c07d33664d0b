import type { UtteranceTimes } from '@auscult/asr';

/** What a recognizer reports about the utterances of a stream; see `LiveListener`. */
export interface UtteranceListener {
  readonly onTimes: (times: UtteranceTimes) => void;
  readonly traceOf: (start: number, startedAt: number) => string | undefined;
}

/** Listens to a channel of a recording while it is heard; hearings count from 0. */
export type ListenToHearing = (channel: number, hearing: number) => UtteranceListener;
