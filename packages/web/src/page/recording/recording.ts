import {
  createTranscriber,
  type Problem,
  type Segment,
  type Transcriber,
  type TranscriberOptions,
  type TranscriberState,
} from '@auscult/client';
import type { Login } from '../login/login.js';
import { observable, type Changeable, type Observable } from '../state/observable.js';
import { recognitionOf } from '../settings/recognition.js';
import type { Settings } from '../settings/settings.js';
import { newId, withFinal, type Line } from '../transcript/line.js';
import { describeDropped } from './describe-dropped.js';
import { describeWarning, type Warning } from './describe-warning.js';
import { problemOf } from './problem-of.js';

/** What the page shows of a recording. */
export interface RecordingState {
  readonly transcriber: TranscriberState;
  readonly muted: boolean;
  /** Audio taken since the transcript began, seconds. */
  readonly elapsedSeconds: number;
  /** What is being said, by channel. */
  readonly partials: readonly (Segment | undefined)[];
  /** Why words that were shown are gone, by channel, until others are shown. */
  readonly dropped: readonly (string | undefined)[];
  /** The last problem, until it is dismissed. */
  readonly problem: Problem | undefined;
  /** Warnings, until they are dismissed. Each code comes once. */
  readonly warnings: readonly Warning[];
  /** Whether nothing at all was heard for a while. */
  readonly silent: boolean;
}

/** How loud each channel is, 0 to 1. */
export type Levels = readonly { readonly rms: number; readonly peak: number }[];

/**
 * A recording from the microphone into the page's transcript. A stopped one can be started again, and continues after
 * it.
 */
export interface Recording {
  readonly state: Observable<RecordingState>;
  /** Separate, because it changes 20 times a second. */
  readonly levels: Observable<Levels>;
  readonly start: () => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => Promise<void>;
  /** While the server cannot be reached: tries at once; and after somebody has logged in. */
  readonly retryNow: () => void;
  /** Gives up at once on text that has not come yet. */
  readonly abandon: () => void;
  readonly mute: (muted: boolean) => void;
  readonly useMicrophone: (deviceId: string) => Promise<void>;
  readonly dismissProblem: () => void;
  readonly dismissWarning: (code: string) => void;
  /** The clock of a new transcript. */
  readonly restartClock: (seconds?: number) => void;
}

/** Where a recording gets its settings from and writes its lines to. */
export interface RecordingSources {
  readonly settings: Observable<Settings>;
  readonly keyTerms: Observable<readonly string[]>;
  readonly lines: Changeable<readonly Line[]>;
  /** Of the WebSocket. */
  readonly url: URL;
  readonly login: Pick<Login, 'ticket'>;
}

/** While the recording goes on, its state shows these problems, and their end. */
const TOLD_BY_STATE: readonly string[] = [
  'connection_lost',
  'busy',
  'too_many_sessions',
  'not_ready',
  'draining',
  'unauthorized',
];

const CLOCK_MS = 250;
/** The quietest microphone in a quiet room is louder. */
const DEAD_LEVEL = 0.0005;
const DEAD_AFTER_LEVELS = 100;

/** Whether audio is being taken, or will be again without a new start. */
export function isUnderWay({ kind }: TranscriberState): boolean {
  return kind !== 'idle' && kind !== 'stopped' && kind !== 'failed';
}

export function createRecording(sources: RecordingSources): Recording {
  const state = observable<RecordingState>({
    transcriber: { kind: 'idle' },
    muted: false,
    elapsedSeconds: 0,
    partials: [],
    dropped: [],
    problem: undefined,
    warnings: [],
    silent: false,
  });
  const levels = observable<Levels>([]);
  const warned = new Set<string>();
  let current: Transcriber | undefined;
  let offset = 0;
  let quietLevels = 0;

  const elapsed = (): number => offset + (current?.transcript.durationSeconds ?? 0);
  const tick = (): void => {
    state.patch({ elapsedSeconds: elapsed() });
  };

  function listen(transcriber: Transcriber): void {
    const source = { recording: newId(), offset };
    transcriber.on('state', (next) => {
      if (transcriber !== current) return;
      const ended = !isUnderWay(next);
      state.patch({
        transcriber: next,
        elapsedSeconds: elapsed(),
        ...(ended ? { partials: [], dropped: [], silent: false } : {}),
      });
      if (next.kind === 'failed') state.patch({ problem: next.problem });
      if (next.kind === 'listening' && state.value.problem?.code === 'microphone_lost')
        state.patch({ problem: undefined });
      if (next.kind !== 'listening') levels.set([]);
    });
    transcriber.on('partial', (segment) => {
      const shown = segment.text === '' ? undefined : segment;
      state.patch({
        partials: withChannel(state.value.partials, segment, shown),
        ...(shown && { dropped: withChannel(state.value.dropped, segment, undefined) }),
      });
    });
    transcriber.on('final', (segment) => {
      sources.lines.set(withFinal(sources.lines.value, segment, source));
      const shown = state.value.partials[segment.channel ?? 0];
      if (shown !== undefined && shown.sequence <= segment.sequence)
        state.patch({ partials: withChannel(state.value.partials, segment, undefined) });
      state.patch({ dropped: withChannel(state.value.dropped, segment, undefined) });
    });
    transcriber.on('dropped', (words) => {
      // Words that were heard differently the second time are in the transcript.
      if (words.reason === 'reheard') return;
      state.patch({ dropped: withChannel(state.value.dropped, words, describeDropped(words)) });
    });
    transcriber.on('level', (measured) => {
      levels.set(measured);
      const dead = !state.value.muted && measured.every(({ peak }) => peak < DEAD_LEVEL);
      quietLevels = dead ? quietLevels + 1 : 0;
      state.patch({ silent: quietLevels >= DEAD_AFTER_LEVELS });
    });
    transcriber.on('warning', (warning) => {
      if (warned.has(warning.code)) return;
      warned.add(warning.code);
      state.patch({ warnings: [...state.value.warnings, describeWarning(warning)] });
    });
    transcriber.on('problem', (problem) => {
      if (!TOLD_BY_STATE.includes(problem.code)) state.patch({ problem });
    });
  }

  async function start(): Promise<void> {
    if (isUnderWay(state.value.transcriber)) return;
    offset = elapsed();
    current = undefined;
    quietLevels = 0;
    state.patch({ problem: undefined, muted: false, transcriber: { kind: 'starting' } });
    const clock = setInterval(tick, CLOCK_MS);
    try {
      const transcriber = createTranscriber(optionsOf(sources));
      current = transcriber;
      listen(transcriber);
      transcriber.on('state', (next) => {
        if (!isUnderWay(next)) clearInterval(clock);
      });
      await transcriber.start();
    } catch (error) {
      clearInterval(clock);
      const problem = problemOf(error);
      // A recording that its user gave up has not failed.
      if (isUnderWay(state.value.transcriber))
        state.patch({ transcriber: { kind: 'failed', problem }, problem });
    }
  }

  return {
    state,
    levels,
    start,
    pause: () => current?.pause(),
    resume: () => current?.resume(),
    stop: async () => {
      try {
        await current?.stop();
      } catch (error) {
        const problem = problemOf(error);
        // The person ended it.
        if (problem.code !== 'closed') state.patch({ problem });
      }
    },
    retryNow: () => current?.retryNow(),
    abandon: () => {
      current?.close();
      state.patch({ transcriber: { kind: 'stopped' }, partials: [], dropped: [], silent: false });
    },
    mute: (muted) => {
      current?.mute(muted);
      state.patch({ muted });
    },
    useMicrophone: async (deviceId) => {
      if (!isUnderWay(state.value.transcriber)) return;
      try {
        await current?.useMicrophone(deviceId);
      } catch (error) {
        state.patch({ problem: problemOf(error) });
      }
    },
    dismissProblem: () => {
      state.patch({ problem: undefined });
    },
    dismissWarning: (code) => {
      state.patch({ warnings: state.value.warnings.filter((warning) => warning.code !== code) });
    },
    restartClock: (seconds = 0) => {
      current = undefined;
      offset = seconds;
      state.patch({ elapsedSeconds: seconds, transcriber: { kind: 'idle' } });
    },
  };
}

function optionsOf({
  settings: { value: settings },
  keyTerms,
  url,
  login,
}: RecordingSources): TranscriberOptions {
  const { deviceId, secondDeviceId, twoSpeakers } = settings;
  const { echoCancellation, noiseSuppression, autoGainControl } = settings;
  const ticket = login.ticket();
  const hasSecond = twoSpeakers && secondDeviceId !== '';
  return {
    ...recognitionOf(settings),
    url: url.href,
    channels: twoSpeakers ? 2 : 1,
    ticket,
    ...(keyTerms.value.length > 0 ? { keyTerms: keyTerms.value } : {}),
    microphone: {
      // Voice processing in browsers makes the left and right of one device the same.
      ...(twoSpeakers && !hasSecond ? {} : { echoCancellation, noiseSuppression, autoGainControl }),
      ...(deviceId === '' ? {} : { deviceId }),
      ...(hasSecond ? { secondDeviceId } : {}),
    },
  };
}

function withChannel<Shown>(
  shown: readonly (Shown | undefined)[],
  { channel = 0 }: Pick<Segment, 'channel'>,
  next: Shown | undefined,
): readonly (Shown | undefined)[] {
  return [0, 1].map((each) => (each === channel ? next : shown[each]));
}
