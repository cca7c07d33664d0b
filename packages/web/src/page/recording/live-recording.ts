import { createTranscriber, type Transcriber, type TranscriberOptions } from '@auscult/client';
import type { Login } from '../login/login.js';
import { observable, type Changeable, type Observable } from '../state/observable.js';
import { recognitionOptionsOf } from '../settings/recognition.js';
import type { Settings } from '../settings/settings.js';
import type { CorrectRecord } from '../speakers/record-speakers.js';
import type { Speakers } from '../speakers/speakers.js';
import { newId, type Line } from '../transcript/line.js';
import { problemOfError } from './problem-of.js';
import { isUnderWay, NOT_STARTED, type Levels, type RecordingState } from './recording-state.js';
import { showTranscriber } from './show-transcriber.js';

/**
 * A recording from the microphone into the page's transcript. After it was stopped it can be started again, and continues
 * the transcript.
 */
export interface LiveRecording {
  readonly state: Observable<RecordingState>;
  /** Separate, because it changes 20 times a second. */
  readonly levels: Observable<Levels>;
  readonly start: () => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => Promise<void>;
  /** Tries to connect at once, while the server cannot be reached or after somebody has logged in. */
  readonly retryNow: () => void;
  /** Gives up the recording at once, without waiting for text that has not come yet. */
  readonly abandon: () => void;
  readonly mute: (muted: boolean) => void;
  readonly useMicrophone: (deviceId: string) => Promise<void>;
  readonly dismissProblem: () => void;
  readonly dismissWarning: (code: string) => void;
  /** Sets the clock for a new transcript. */
  readonly restartClock: (seconds?: number) => void;
}

/** Where a recording gets its settings from and writes its lines to. */
export interface LiveRecordingSources {
  readonly settings: Observable<Settings>;
  readonly keyTerms: Observable<readonly string[]>;
  readonly lines: Changeable<readonly Line[]>;
  readonly speakers: Speakers;
  readonly correctRecord: CorrectRecord;
  /** Address of the WebSocket. */
  readonly url: URL;
  readonly login: Pick<Login, 'ticket'>;
}

const CLOCK_MS = 250;

export function createLiveRecording(sources: LiveRecordingSources): LiveRecording {
  const state = observable(NOT_STARTED);
  const levels = observable<Levels>([]);
  const warned = new Set<string>();
  let current: Transcriber | undefined;
  let offset = 0;

  const elapsed = (): number => offset + (current?.transcript.durationSeconds ?? 0);
  const tick = (): void => {
    state.patch({ elapsedSeconds: elapsed() });
  };

  async function start(): Promise<void> {
    if (isUnderWay(state.value.transcriber)) return;
    offset = elapsed();
    current = undefined;
    state.patch({ problem: undefined, muted: false, transcriber: { kind: 'starting' } });
    const clock = setInterval(tick, CLOCK_MS);
    try {
      const { twoSpeakers, speakers } = sources.settings.value;
      // Nobody knows whether those of an earlier recording are there again.
      const first = twoSpeakers ? 0 : sources.speakers.nextNumber();
      const transcriber = createTranscriber({ ...optionsOf(sources), firstSpeaker: first });
      const recording = newId();
      current = transcriber;
      const isProvisional = !twoSpeakers && speakers !== 'off';
      sources.speakers.follow(transcriber, { recording, offset, first, isProvisional });
      showTranscriber(transcriber, {
        state,
        levels,
        lines: sources.lines,
        warned,
        recording,
        offset,
        elapsed,
        isCurrent: () => transcriber === current,
      });
      transcriber.on('state', (next) => {
        if (!isUnderWay(next)) clearInterval(clock);
      });
      await transcriber.start();
    } catch (error) {
      clearInterval(clock);
      const problem = problemOfError(error);
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
        const problem = problemOfError(error);
        // `closed` means that the person has ended it.
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
        state.patch({ problem: problemOfError(error) });
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
  correctRecord,
}: LiveRecordingSources): TranscriberOptions {
  const { deviceId, secondDeviceId, twoSpeakers } = settings;
  const { echoCancellation, noiseSuppression, autoGainControl } = settings;
  const ticket = login.ticket();
  const hasSecond = twoSpeakers && secondDeviceId !== '';
  return {
    ...recognitionOptionsOf(settings),
    unsettled: true,
    url: url.href,
    ...(twoSpeakers ? { channels: 2, speakers: 2 } : {}),
    correctRecord,
    ticket,
    ...(keyTerms.value.length > 0 ? { keyTerms: keyTerms.value } : {}),
    microphone: {
      // With voice processing, browsers give the same sound for left and right of one device.
      ...(twoSpeakers && !hasSecond ? {} : { echoCancellation, noiseSuppression, autoGainControl }),
      ...(deviceId === '' ? {} : { deviceId }),
      ...(hasSecond ? { secondDeviceId } : {}),
    },
  };
}
